-- What people look at. All of these move in the transaction that inserts the events, by the rows that were
-- really new and by nothing else.
create table issues (
    project_id    bigint      not null,
    issue_id      uuid        not null,
    events        bigint      not null,
    users         bigint      not null,
    first_seen    timestamptz not null,
    last_seen     timestamptz not null,
    level         smallint    not null,
    status        text        not null default 'unresolved' check (status in ('unresolved', 'resolved', 'ignored')),
    title         text        not null,
    type          text        not null,
    culprit       text        not null,
    first_release text        not null,
    last_release  text        not null,
    primary key (project_id, issue_id)
) with (fillfactor = 70);
create index issues_by_last_seen on issues (project_id, last_seen desc, issue_id desc);
comment on table issues is 'Events that are one problem.';
comment on column issues.project_id is 'The project.';
comment on column issues.issue_id is 'Its first fingerprint.';
comment on column issues.events is 'Events ever counted; retention does not lower it.';
comment on column issues.users is 'Different users ever counted.';
comment on column issues.first_seen is 'Receipt of its first event.';
comment on column issues.last_seen is 'Receipt of its last event.';
comment on column issues.level is 'Level of its last event.';
comment on column issues.status is 'unresolved, resolved or ignored.';
comment on column issues.title is 'Type and message of its first event, in one line.';
comment on column issues.type is 'Exception type of its first event.';
comment on column issues.culprit is 'Where it happened, by its first event.';
comment on column issues.first_release is 'Release of the first event that had one.';
comment on column issues.last_release is 'Release of the last event that had one.';

create table issue_fingerprints (
    project_id  bigint   not null,
    fingerprint uuid     not null,
    issue_id    uuid     not null,
    version     smallint not null,
    primary key (project_id, fingerprint)
);
create index issue_fingerprints_by_issue on issue_fingerprints (project_id, issue_id);
comment on table issue_fingerprints is 'Which issue a fingerprint belongs to: merging, unmerging and new grouping versions change only this map.';
comment on column issue_fingerprints.project_id is 'The project.';
comment on column issue_fingerprints.fingerprint is 'What events and rollups carry.';
comment on column issue_fingerprints.issue_id is 'The issue it counts for.';
comment on column issue_fingerprints.version is 'Version of the grouping that made it.';

create table issue_hours (
    project_id  bigint      not null,
    fingerprint uuid        not null,
    hour        timestamptz not null,
    events      bigint      not null,
    primary key (project_id, fingerprint, hour)
) with (fillfactor = 70);
comment on table issue_hours is 'Events of a fingerprint by hour of receipt.';
comment on column issue_hours.project_id is 'The project.';
comment on column issue_hours.fingerprint is 'The fingerprint.';
comment on column issue_hours.hour is 'Start of the hour, UTC.';
comment on column issue_hours.events is 'Events stored.';

create table issue_users (
    project_id  bigint not null,
    fingerprint uuid   not null,
    user_hash   bigint not null,
    primary key (project_id, fingerprint, user_hash)
);
comment on table issue_users is 'Who met a fingerprint: exact, and as narrow as it can be.';
comment on column issue_users.project_id is 'The project.';
comment on column issue_users.fingerprint is 'The fingerprint.';
comment on column issue_users.user_hash is 'As in events.';

create table project_minutes (
    project_id    bigint      not null,
    minute        timestamptz not null,
    events        bigint      not null default 0,
    duplicates    bigint      not null default 0,
    expired       bigint      not null default 0,
    dead_lettered bigint      not null default 0,
    primary key (project_id, minute)
) with (fillfactor = 70);
comment on table project_minutes is 'What became of every event a project sent, by minute of receipt: accepted = events + duplicates + expired + dead_lettered + still in the queue.';
comment on column project_minutes.project_id is 'The project.';
comment on column project_minutes.minute is 'Start of the minute, UTC.';
comment on column project_minutes.events is 'Stored: new rows of events.';
comment on column project_minutes.duplicates is 'Sent again: an event of that id was there.';
comment on column project_minutes.expired is 'Older than the retention when written (a late replay).';
comment on column project_minutes.dead_lettered is 'Could not be written and lies in the dead letters.';
