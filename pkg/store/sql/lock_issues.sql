-- In the order in which the worker takes them, so that nobody waits for somebody who waits.
select issue_id, status, coalesce(assignee_id, 0), title, events, users
from issues
where project_id = $1 and issue_id = any($2::uuid[]) and merged_into is null
order by issue_id
for update
