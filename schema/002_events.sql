-- What arrives. events, blocks and packs are partitioned by day, made ahead by trivet.ensure_partitions
-- and dropped whole; there is no default partition, because one would have to be scanned for every new one.
-- Every unique key of a distributed table holds project_id, so that the tables can be spread by it (Citus).
create table packs (
    pack_id    uuid        not null,
    day        date        not null,
    events     integer     not null,
    written_at timestamptz not null default now(),
    primary key (pack_id, day)
) partition by range (day);
comment on table packs is 'Packs that were written, kept as long as they can be replayed: counters without an event row move only when the pack is new here.';
comment on column packs.pack_id is 'Id of the pack, made by the edge; also its Nats-Msg-Id.';
comment on column packs.day is 'UTC day on which its first record was received.';
comment on column packs.events is 'Records in it.';
comment on column packs.written_at is 'When a worker first wrote it.';

create table events (
    event_id     uuid        not null,
    project_id   bigint      not null,
    fingerprint  uuid        not null,
    received_at  timestamptz not null,
    occurred_at  timestamptz not null,
    user_hash    bigint,
    block_id     bigint      not null,
    day          date        not null,
    block_start  integer     not null,
    block_length integer     not null,
    level        smallint    not null,
    protocol     smallint    not null,
    handled      boolean,
    type         text        not null,
    message      text        not null,
    culprit      text        not null,
    release      text        not null,
    environment  text        not null,
    browser      text        not null,
    os           text        not null,
    url          text        not null,
    primary key (event_id, project_id, day)
) partition by range (day);
-- Columns stand in order of width, so that none is padded.
create index events_by_time on events (project_id, received_at desc, event_id desc);
create index events_by_fingerprint on events (project_id, fingerprint, received_at desc, event_id desc);
-- Logs have a list of their own without a time range: where there are few among millions of errors it must not
-- look through those. Other protocols pay nothing for it.
create index events_logs on events (project_id, received_at desc, event_id desc) where protocol = 3;
comment on table events is 'One row for each error received, once: what lists show and filter by. The rest is in blocks.';
comment on column events.event_id is 'Id by the client, or made by the edge. First in the key: v7 ids of one hour lie together.';
comment on column events.project_id is 'The project.';
comment on column events.fingerprint is 'What it is grouped by; reads go through issue_fingerprints.';
comment on column events.received_at is 'When the edge received it: the time axis of every list and chart.';
comment on column events.occurred_at is 'When it happened by the client''s clock: shown only.';
comment on column events.user_hash is 'First 64 bits of a hash of project and user; null when nothing tells users apart.';
comment on column events.block_id is 'The block its record lies in.';
comment on column events.day is 'Partition: UTC day of the client''s raw timestamp, or of receipt where that is out of bounds. Fixed by the edge.';
comment on column events.block_start is 'Byte in the inflated block where its record starts.';
comment on column events.block_length is 'Bytes of its record.';
comment on column events.level is '10 debug, 20 info, 30 warning, 40 error, 50 fatal.';
comment on column events.protocol is '1 sentry, 2 native, 3 logs.';
comment on column events.handled is 'False when nothing caught the error; null when the client does not tell.';
comment on column events.type is 'Type of the thrown exception; empty for a plain message.';
comment on column events.message is 'Value of the thrown exception or the message, cut to 500 characters.';
comment on column events.culprit is 'Where it happened, in one line.';
comment on column events.release is 'Release as the client names it; empty when unknown.';
comment on column events.environment is 'Environment as the client names it; empty when unknown.';
comment on column events.browser is 'Browser and major version; empty when unknown.';
comment on column events.os is 'Operating system; empty when unknown.';
comment on column events.url is 'Page, cut to 500 characters.';

create table blocks (
    project_id bigint not null,
    block_id   bigint not null,
    day        date   not null,
    data       bytea  not null,
    primary key (project_id, block_id, day)
) partition by range (day);
comment on table blocks is 'Records of one project, day and batch, in one zstd frame: a third of the bytes of single compression.';
comment on column blocks.project_id is 'The project all its records are of.';
comment on column blocks.block_id is 'Milliseconds since 1970 in the high bits, random low bits.';
comment on column blocks.day is 'Partition, as of its events.';
comment on column blocks.data is 'zstd frame of the records one after the other, as package pack writes them.';
