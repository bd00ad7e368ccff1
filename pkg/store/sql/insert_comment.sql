insert into activity (activity_id, project_id, issue_id, kind, actor_kind, actor_id, actor_name, detail)
select $3, i.project_id, i.issue_id, 'comment', $4, $5, $6, jsonb_build_object('text', $7::text)
from issues i
where i.project_id = $1 and i.issue_id = $2
returning activity_id, issue_id, at, kind, actor_kind, actor_id, actor_name, detail
