select issue_id, project_id, title, type, culprit, level, status, events, users,
    first_seen, last_seen, first_release, last_release, assignee_id, resolved_at, resolved_release,
    ignored_until, ignored_events, ignored_users, regressed_at, regressions, merged_into
from issues
where project_id = $1 and issue_id = any($2::uuid[])
