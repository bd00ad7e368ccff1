-- Bounds of ignoring move with the counts: nothing has happened that they wait for.
update issues
set merged_into = $3, own = $4,
    ignored_events = ignored_events + $5 - events, events = $5,
    ignored_users = ignored_users + $6 - users, users = $6,
    first_seen = $7, last_seen = $8, level = $9, title = $10, type = $11, culprit = $12, first_release = $13, last_release = $14
where project_id = $1 and issue_id = $2
