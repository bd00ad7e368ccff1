select i.issue_id, i.project_id, i.title, i.type, i.culprit, i.level, i.status, i.events, i.users,
    i.first_seen, i.last_seen, i.first_release, i.last_release,
    i.assignee_id, i.resolved_at, i.resolved_release, i.ignored_until, i.ignored_events, i.ignored_users,
    i.regressed_at, i.regressions, i.merged_into
from issues i
where i.project_id = $1 and i.issue_id = $2
