-- Issues and what is merged into them, in the order in which the worker takes them.
select issue_id, merged_into, title, events, users, to_jsonb(i) - 'own', own
from issues i
where project_id = $1 and (issue_id = any($2::uuid[]) or merged_into = any($2::uuid[]))
order by issue_id
for update
