-- What clients tell beside errors, what is dropped and why, and what people choose for a project.
alter table projects add column settings jsonb not null default '{}';
alter table projects add column settings_at timestamptz not null default now();
comment on column projects.settings is 'What people chose: filters, scrubbing, grouping rules; see project.Settings. What is absent stands as shipped.';
comment on column projects.settings_at is 'When settings were last changed; workers ask for newer ones.';

alter table project_minutes add column filtered bigint not null default 0;
comment on table project_minutes is 'What became of every event a project sent, by minute of receipt: accepted = events + duplicates + filtered + expired + dead_lettered + still in the queue.';
comment on column events.protocol is '1 sentry, 2 native, 3 logs, 4 faro, 5 report, 6 otlp.';
comment on column packs.events is 'Events in it: what belongs to them or is a sum does not count.';
comment on column project_minutes.filtered is 'Noise by the project''s filters: counted by reason in drops, not stored.';

create table drops (
    project_id bigint      not null,
    minute     timestamptz not null,
    source     text        not null check (source in ('filter', 'client', 'edge')),
    reason     text        not null,
    category   text        not null,
    quantity   bigint      not null,
    primary key (project_id, minute, source, reason, category)
) with (fillfactor = 70);
comment on table drops is 'What was not kept, by whom and why. The sum over source filter and category error is project_minutes.filtered; clients and edges tell of theirs as well as they can.';
comment on column drops.project_id is 'The project.';
comment on column drops.minute is 'Start of the minute of receipt, UTC.';
comment on column drops.source is 'filter: the worker, by a noise filter or a setting of the project; client: the SDK, by its client report; edge: ingest, before anything was accepted.';
comment on column drops.reason is 'Name of the filter, attachments_off, no_release of sessions without one, reason of the client report, or code of the refusal; other where the client''s is unknown.';
comment on column drops.category is 'error, or another of Sentry''s data categories; other where the client''s is unknown.';
comment on column drops.quantity is 'How many.';

create table filtered_samples (
    project_id  bigint      not null,
    reason      text        not null,
    event_id    uuid        not null,
    received_at timestamptz not null,
    title       text        not null,
    record      bytea       not null,
    primary key (project_id, reason, event_id)
);
create index filtered_samples_by_time on filtered_samples (project_id, reason, received_at desc, event_id desc);
comment on table filtered_samples is 'The last 50 events that each filter dropped, scrubbed, so that people can see what they miss.';
comment on column filtered_samples.project_id is 'The project.';
comment on column filtered_samples.reason is 'Name of the filter.';
comment on column filtered_samples.event_id is 'Id of the event.';
comment on column filtered_samples.received_at is 'When the edge received it.';
comment on column filtered_samples.title is 'Type and message in one line.';
comment on column filtered_samples.record is 'The scrubbed record, as package pack writes it.';

create table release_hours (
    project_id  bigint      not null,
    release     text        not null,
    environment text        not null,
    hour        timestamptz not null,
    sessions    bigint      not null,
    errored     bigint      not null,
    crashed     bigint      not null,
    primary key (project_id, release, environment, hour)
) with (fillfactor = 70);
comment on table release_hours is 'Sessions by release and the hour they began. Crash-free rate = 1 - crashed / sessions.';
comment on column release_hours.project_id is 'The project.';
comment on column release_hours.release is 'Release as the client names it.';
comment on column release_hours.environment is 'Environment as the client names it; empty when unknown.';
comment on column release_hours.hour is 'Start of the hour in which the session began by the client''s clock, or was received where that is out of bounds; UTC.';
comment on column release_hours.sessions is 'Sessions that began.';
comment on column release_hours.errored is 'Of them, those that met an error, crashed ones included.';
comment on column release_hours.crashed is 'Of them, those that an unhandled error ended or hit.';

create table session_marks (
    session_id uuid    not null,
    project_id bigint  not null,
    day        date    not null,
    crashed    boolean not null,
    primary key (session_id, project_id, day, crashed)
) partition by range (day);
comment on table session_marks is 'Sessions that were counted as errored (false) or crashed (true): a client tells so with every later update.';
comment on column session_marks.session_id is 'sid of the client.';
comment on column session_marks.project_id is 'The project.';
comment on column session_marks.day is 'Partition: UTC day on which the session began.';
comment on column session_marks.crashed is 'True for the mark of a crash.';

create table attachments (
    attachment_id uuid        not null,
    project_id    bigint      not null,
    event_id      uuid        not null,
    received_at   timestamptz not null,
    day           date        not null,
    size          integer     not null,
    name          text        not null,
    content_type  text        not null,
    data          bytea       not null,
    primary key (attachment_id, project_id, day)
) partition by range (day);
create index attachments_by_event on attachments (project_id, event_id);
comment on table attachments is 'Files that clients sent with an event.';
comment on column attachments.attachment_id is 'Named by event, file name and content: sent again it is the same.';
comment on column attachments.project_id is 'The project.';
comment on column attachments.event_id is 'The event it belongs to, which may have been filtered or still be on its way.';
comment on column attachments.received_at is 'When the edge received it.';
comment on column attachments.day is 'Partition: that of its event where both came together, else the day of receipt.';
comment on column attachments.size is 'Bytes of data.';
comment on column attachments.name is 'File name as the client gave it; never a path on our side.';
comment on column attachments.content_type is 'Content type as the client gave it; never believed when served.';
comment on column attachments.data is 'The bytes; secrets are taken out of text.';

create table feedback (
    feedback_id uuid        not null,
    project_id  bigint      not null,
    event_id    uuid,
    received_at timestamptz not null,
    day         date        not null,
    name        text        not null,
    email       text        not null,
    message     text        not null,
    url         text        not null,
    primary key (feedback_id, project_id, day)
) partition by range (day);
create index feedback_by_time on feedback (project_id, received_at desc, feedback_id desc);
create index feedback_by_event on feedback (project_id, event_id);
comment on table feedback is 'What visitors wrote, by a form of theirs or ours.';
comment on column feedback.feedback_id is 'Id by the client, or named by event and content: sent again it is the same.';
comment on column feedback.project_id is 'The project.';
comment on column feedback.event_id is 'The event it is about; null when it is about none.';
comment on column feedback.received_at is 'When the edge received it.';
comment on column feedback.day is 'Partition: UTC day of the client''s timestamp or of receipt, as of events.';
comment on column feedback.name is 'Name the visitor gave; empty when none.';
comment on column feedback.email is 'E-mail the visitor gave; empty when none.';
comment on column feedback.message is 'What the visitor wrote, cut to 8192 characters.';
comment on column feedback.url is 'Page it was written on; empty when unknown.';

create table salts (
    day  date  primary key,
    salt bytea not null check (length(salt) = 32)
);
comment on table salts is 'Secrets of a day by which addresses are hashed where a project wants that; deleted once no replay needs them, and then nobody can undo it.';
comment on column salts.day is 'UTC day of receipt.';
comment on column salts.salt is '256 random bits.';

grant select on drops, filtered_samples, release_hours, attachments, feedback to trivet_query;
do $$
declare
    name text;
begin
    foreach name in array array['drops', 'filtered_samples', 'release_hours', 'attachments', 'feedback'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy own on %I for select to trivet_query using (project_id in (select project_id from projects where organization_id = app_organization()))',
            name);
    end loop;
end $$;

create or replace function ensure_partitions(first_day date, last_day date) returns integer
    language plpgsql
    set search_path = trivet
as $$
declare
    parent text;
    day    date;
    made   integer := 0;
    child  text;
begin
    -- One maker at a time: two would both see a partition missing and one would fail.
    perform pg_advisory_xact_lock(hashtext('trivet.partitions'));
    foreach parent in array array['events', 'blocks', 'packs', 'attachments', 'feedback', 'session_marks'] loop
        for day in select generate_series(first_day, last_day, interval '1 day')::date loop
            child := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
            if to_regclass(format('trivet.%I', child)) is not null then
                continue;
            end if;
            -- Made apart and then attached: that takes no lock which would stop the writers.
            execute format('create table %I (like %I including defaults including constraints including storage including comments)', child, parent);
            if parent = 'blocks' then
                -- Blocks are compressed already: trying again costs time and saves nothing.
                execute format('alter table %I alter column data set storage external', child);
            end if;
            execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, day, day + 1);
            made := made + 1;
        end loop;
    end loop;
    return made;
end $$;
comment on function ensure_partitions is 'Makes the day partitions of every partitioned table from first_day to last_day that are missing; returns how many.';

create or replace view partitions as
    select p.relname::text as parent, c.relname::text as name, to_date(right(c.relname, 8), 'YYYYMMDD') as day, i.inhdetachpending as detaching
    from pg_inherits i
    join pg_class p on p.oid = i.inhparent
    join pg_class c on c.oid = i.inhrelid
    join pg_namespace n on n.oid = p.relnamespace
    where n.nspname = 'trivet' and p.relkind = 'p' and c.relname ~ '_\d{8}$' and c.relkind = 'r';
comment on column partitions.parent is 'The partitioned table.';
