-- Of the server's side: the lock of a relay whose host vanished falls within half a minute.
set tcp_keepalives_idle = 10;
set tcp_keepalives_interval = 5;
set tcp_keepalives_count = 3
