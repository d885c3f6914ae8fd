-- The squad's orders, and beside them, written in the same transaction, the events that tell of them.

-- From the squad's own customer number to the pseudonym that leaves the squad. Drop a row, and no event leads to a person.
create table customers (
    customer_id  text primary key check (length(customer_id) between 1 and 128),
    customer_ref text not null unique,
    created_at   timestamptz not null default now()
);

-- An order as it stands; a cancellation is an order of its own. Writers lock the row, so versions are committed in their order.
create table orders (
    order_id         text primary key check (length(order_id) between 1 and 64),
    version          bigint not null check (version >= 1),
    kind             text not null check (kind in ('sale', 'cancellation')),
    cancels_order_id text check (kind = 'cancellation' or cancels_order_id is null),
    status           text not null,
    customer_ref     text,
    country          text not null,
    currency         text not null,
    lines            jsonb not null,
    total_minor      bigint not null,
    placed_at        timestamptz not null,
    occurred_at      timestamptz not null,
    updated_at       timestamptz not null default now()
);
create index orders_by_update on orders (updated_at, order_id);
create index orders_by_day on orders (placed_at);
create index cancellations_of_an_order on orders (cancels_order_id) where cancels_order_id is not null;

-- Events that wait for the hub, and those that are in it, kept for a while: they can be sent again when the hub lost them.
create table outbox (
    id              bigint generated always as identity primary key,
    -- what the hub and the contract take: a service of another make is told at once, and holds no other event up
    order_id        text not null check (length(order_id) between 1 and 64),
    version         bigint not null check (version >= 1),
    event_id        uuid not null unique,
    body            bytea not null check (octet_length(body) <= 900000),
    created_at      timestamptz not null default now(),
    -- when it was asked for once more after it had been published
    again_at        timestamptz,
    published_at    timestamptz,
    attempts        integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    last_error      text,
    unique (order_id, version)
)
-- a queue: rows turn from waiting to sent all the time, and what is left of the waiting ones is swept up soon
with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index outbox_waiting on outbox (id) where published_at is null;
create index outbox_waiting_of_an_order on outbox (order_id, version) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;
create index outbox_by_creation on outbox (created_at);

-- What a caller was answered, so that a repeated call gets the same answer and changes nothing.
create table idempotency_keys (
    caller       text not null,
    key          text not null,
    request_hash bytea not null,
    status       integer,
    body         bytea,
    order_id     text,
    version      bigint,
    created_at   timestamptz not null default now(),
    primary key (caller, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
