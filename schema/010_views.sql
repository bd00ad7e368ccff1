-- Views for Grafana, psql and whoever else reads the database itself, in a schema of their own, so that the tables may
-- change. Who reads them needs the role trivet_reader, which may read nothing else: grant trivet_reader to grafana.
-- They show all organizations: only operators may have that role. Others read the API with a token.
do $$
begin
    create role trivet_reader nologin;
exception
    when duplicate_object or unique_violation then null; -- another database of the server has made it
end $$;

create schema trivet_views;
comment on schema trivet_views is 'What people may read of Trivet by SQL, of all organizations; names stay when tables change.';

create view trivet_views.projects as
select p.project_id, o.slug as organization, p.slug as project, p.name, p.created_at
from trivet.projects p
join trivet.organizations o using (organization_id);
comment on view trivet_views.projects is 'Projects.';
comment on column trivet_views.projects.project_id is 'Number of the project.';
comment on column trivet_views.projects.organization is 'Slug of its organization.';
comment on column trivet_views.projects.project is 'Slug of the project, which other organizations may have too.';
comment on column trivet_views.projects.name is 'Name for people.';
comment on column trivet_views.projects.created_at is 'When it was made.';

create view trivet_views.issues as
select i.project_id, p.organization, p.project, i.issue_id, i.title, i.type, i.culprit,
       case i.level when 10 then 'debug' when 20 then 'info' when 30 then 'warning' when 50 then 'fatal' else 'error' end as level,
       i.status, u.name as assignee, i.events, i.users, i.first_seen, i.last_seen, i.first_release, i.last_release, i.regressed_at
from trivet.issues i
join trivet_views.projects p using (project_id)
left join trivet.users u on u.user_id = i.assignee_id
where i.merged_into is null;
comment on view trivet_views.issues is 'Issues, but for those that were merged into others.';
comment on column trivet_views.issues.project_id is 'The project.';
comment on column trivet_views.issues.organization is 'Slug of its organization.';
comment on column trivet_views.issues.project is 'Slug of the project.';
comment on column trivet_views.issues.issue_id is 'Id of the issue; without its dashes it is that of pages and API.';
comment on column trivet_views.issues.title is 'Title. What visitors sent: it may hold anything.';
comment on column trivet_views.issues.type is 'Type of the error.';
comment on column trivet_views.issues.culprit is 'Where it happens, in one line.';
comment on column trivet_views.issues.level is 'Highest level of its events: debug, info, warning, error or fatal.';
comment on column trivet_views.issues.status is 'unresolved, resolved or ignored.';
comment on column trivet_views.issues.assignee is 'Name of who takes care of it; null for nobody.';
comment on column trivet_views.issues.events is 'Events that were stored.';
comment on column trivet_views.issues.users is 'Different users who met it.';
comment on column trivet_views.issues.first_seen is 'Receipt of the first event.';
comment on column trivet_views.issues.last_seen is 'Receipt of the last event.';
comment on column trivet_views.issues.first_release is 'Release of the first event; empty when unknown.';
comment on column trivet_views.issues.last_release is 'Release of the last event; empty when unknown.';
comment on column trivet_views.issues.regressed_at is 'Receipt of the event that last reopened it; null when none did.';

create view trivet_views.events as
select e.project_id, p.organization, p.project, e.event_id, coalesce(f.issue_id, e.fingerprint) as issue_id, e.day, e.received_at, e.occurred_at,
       case e.level when 10 then 'debug' when 20 then 'info' when 30 then 'warning' when 50 then 'fatal' else 'error' end as level,
       e.type, e.message, e.culprit, e.release, e.environment, e.browser, e.os, e.url
from trivet.events e
join trivet_views.projects p using (project_id)
left join trivet.issue_fingerprints f on f.project_id = e.project_id and f.fingerprint = e.fingerprint;
comment on view trivet_views.events is 'Events as lists show them. Ask for days and a project: without, all partitions are read.';
comment on column trivet_views.events.project_id is 'The project.';
comment on column trivet_views.events.organization is 'Slug of its organization.';
comment on column trivet_views.events.project is 'Slug of the project.';
comment on column trivet_views.events.event_id is 'Id of the event.';
comment on column trivet_views.events.issue_id is 'The issue it counts for.';
comment on column trivet_views.events.day is 'The partition, at most 7 days before the receipt.';
comment on column trivet_views.events.received_at is 'Receipt.';
comment on column trivet_views.events.occurred_at is 'When it happened by the clock of the client.';
comment on column trivet_views.events.level is 'debug, info, warning, error or fatal.';
comment on column trivet_views.events.type is 'Type of the error.';
comment on column trivet_views.events.message is 'Message, cut. What visitors sent: it may hold anything.';
comment on column trivet_views.events.culprit is 'Where it happened, in one line.';
comment on column trivet_views.events.release is 'Release; empty when unknown.';
comment on column trivet_views.events.environment is 'Environment; empty when unknown.';
comment on column trivet_views.events.browser is 'Browser; empty when unknown.';
comment on column trivet_views.events.os is 'System; empty when unknown.';
comment on column trivet_views.events.url is 'Page, cut.';

create view trivet_views.events_by_hour as
select h.hour as time, h.project_id, p.organization, p.project, coalesce(f.issue_id, h.fingerprint) as issue_id, sum(h.events)::bigint as events
from trivet.issue_hours h
join trivet_views.projects p using (project_id)
left join trivet.issue_fingerprints f on f.project_id = h.project_id and f.fingerprint = h.fingerprint
group by h.hour, h.project_id, p.organization, p.project, coalesce(f.issue_id, h.fingerprint);
comment on view trivet_views.events_by_hour is 'Stored events of each issue, by hour of receipt.';
comment on column trivet_views.events_by_hour.time is 'Start of the hour.';
comment on column trivet_views.events_by_hour.project_id is 'The project.';
comment on column trivet_views.events_by_hour.organization is 'Slug of its organization.';
comment on column trivet_views.events_by_hour.project is 'Slug of the project.';
comment on column trivet_views.events_by_hour.issue_id is 'The issue they count for.';
comment on column trivet_views.events_by_hour.events is 'How many.';

create view trivet_views.fields_by_hour as
select c.hour as time, c.project_id, p.organization, p.project,
       (array['level', 'release', 'environment', 'browser', 'os', 'protocol'])[v.field] as field, v.value, sum(v.events)::bigint as events
from trivet.field_counts c
join trivet_views.projects p using (project_id)
cross join lateral unnest(c.fields, c.texts, c.counts) as v (field, value, events)
group by c.hour, c.project_id, p.organization, p.project, v.field, v.value;
comment on view trivet_views.fields_by_hour is 'Stored events by hour of receipt and by one field at a time: sum them for one field only.';
comment on column trivet_views.fields_by_hour.time is 'Start of the hour.';
comment on column trivet_views.fields_by_hour.project_id is 'The project.';
comment on column trivet_views.fields_by_hour.organization is 'Slug of its organization.';
comment on column trivet_views.fields_by_hour.project is 'Slug of the project.';
comment on column trivet_views.fields_by_hour.field is 'level, release, environment, browser, os or protocol.';
comment on column trivet_views.fields_by_hour.value is 'Its value; empty when unknown, * for all beyond the first 200 of an hour.';
comment on column trivet_views.fields_by_hour.events is 'How many.';

create view trivet_views.users_by_day as
select d.day, d.project_id, p.organization, p.project, case
        when d.rows = 1 and d.users is not null then d.users
        else (
            select count(distinct h.user_hash)
            from trivet.project_users u cross join lateral unnest(u.hashes) h (user_hash)
            where u.project_id = d.project_id and u.day = d.day
        )
    end as users
from (select day, project_id, count(*) as rows, max(users) as users from trivet.project_users group by day, project_id) d
join trivet_views.projects p using (project_id);
comment on view trivet_views.users_by_day is 'Different users who met an error, by UTC day of receipt. Sums of days count a user once for each.';
comment on column trivet_views.users_by_day.day is 'The day.';
comment on column trivet_views.users_by_day.project_id is 'The project.';
comment on column trivet_views.users_by_day.organization is 'Slug of its organization.';
comment on column trivet_views.users_by_day.project is 'Slug of the project.';
comment on column trivet_views.users_by_day.users is 'How many.';

create view trivet_views.releases as
select r.project_id, p.organization, p.project, r.release, r.first_seen
from trivet.releases r
join trivet_views.projects p using (project_id);
comment on view trivet_views.releases is 'Releases that sent an event: what to mark in charts.';
comment on column trivet_views.releases.project_id is 'The project.';
comment on column trivet_views.releases.organization is 'Slug of its organization.';
comment on column trivet_views.releases.project is 'Slug of the project.';
comment on column trivet_views.releases.release is 'The release, as the client names it.';
comment on column trivet_views.releases.first_seen is 'Receipt of its first event.';

create view trivet_views.sessions_by_hour as
select s.hour as time, s.project_id, p.organization, p.project, s.release, s.environment, s.sessions, s.errored, s.crashed
from trivet.release_hours s
join trivet_views.projects p using (project_id);
comment on view trivet_views.sessions_by_hour is 'Sessions that began in an hour: 1 - sum(crashed) / sum(sessions) is the crash-free rate.';
comment on column trivet_views.sessions_by_hour.time is 'Start of the hour.';
comment on column trivet_views.sessions_by_hour.project_id is 'The project.';
comment on column trivet_views.sessions_by_hour.organization is 'Slug of its organization.';
comment on column trivet_views.sessions_by_hour.project is 'Slug of the project.';
comment on column trivet_views.sessions_by_hour.release is 'Release; empty for all beyond the first 200 of an hour.';
comment on column trivet_views.sessions_by_hour.environment is 'Environment; empty when unknown.';
comment on column trivet_views.sessions_by_hour.sessions is 'How many began.';
comment on column trivet_views.sessions_by_hour.errored is 'Of them, those that met an error, crashed ones included.';
comment on column trivet_views.sessions_by_hour.crashed is 'Of them, those that an unhandled error ended or hit.';

create view trivet_views.drops as
select d.minute as time, d.project_id, p.organization, p.project, d.source, d.reason, d.category, d.quantity
from trivet.drops d
join trivet_views.projects p using (project_id);
comment on view trivet_views.drops is 'What was not kept, by minute.';
comment on column trivet_views.drops.time is 'Start of the minute.';
comment on column trivet_views.drops.project_id is 'The project.';
comment on column trivet_views.drops.organization is 'Slug of its organization.';
comment on column trivet_views.drops.project is 'Slug of the project.';
comment on column trivet_views.drops.source is 'filter: a noise filter; client: the SDK itself; edge: ingest, before anything was accepted.';
comment on column trivet_views.drops.reason is 'Name of the filter, reason of the client, or code of the refusal.';
comment on column trivet_views.drops.category is 'error, or another kind of data.';
comment on column trivet_views.drops.quantity is 'How many.';

create view trivet_views.ledger as
select m.minute as time, m.project_id, p.organization, p.project, m.events as stored, m.duplicates, m.filtered, m.expired, m.dead_lettered,
       m.events + m.duplicates + m.filtered + m.expired + m.dead_lettered as accepted
from trivet.project_minutes m
join trivet_views.projects p using (project_id);
comment on view trivet_views.ledger is 'What became of every event that ingest accepted, by minute of receipt, as far as workers have come.';
comment on column trivet_views.ledger.time is 'Start of the minute.';
comment on column trivet_views.ledger.project_id is 'The project.';
comment on column trivet_views.ledger.organization is 'Slug of its organization.';
comment on column trivet_views.ledger.project is 'Slug of the project.';
comment on column trivet_views.ledger.stored is 'Stored.';
comment on column trivet_views.ledger.duplicates is 'Sent again, and not stored twice.';
comment on column trivet_views.ledger.filtered is 'Noise.';
comment on column trivet_views.ledger.expired is 'Too old when they were written.';
comment on column trivet_views.ledger.dead_lettered is 'Could not be written.';
comment on column trivet_views.ledger.accepted is 'All of them.';

grant usage on schema trivet_views to trivet_reader;
grant select on all tables in schema trivet_views to trivet_reader;
