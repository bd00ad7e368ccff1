select issue_id, project_id, title, type, culprit, level, status, events, users,
    first_seen, last_seen, first_release, last_release
from issues
where project_id = $1 and issue_id = $2
