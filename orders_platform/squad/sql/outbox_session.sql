-- A relay's host that vanished is noticed within half a minute, and its lock falls.
set tcp_keepalives_idle = 10;
set tcp_keepalives_interval = 5;
set tcp_keepalives_count = 3;
-- A queue's statistics are old as soon as it fills: each statement here is to go along its index, whatever they say.
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_sort = off;
set max_parallel_workers_per_gather = 0
