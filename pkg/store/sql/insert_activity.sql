insert into activity (activity_id, project_id, issue_id, kind, actor_kind, actor_id, actor_name, detail)
select activity_id, $2, issue_id, kind, $5, $6, $7, detail
from unnest($1::uuid[], $3::uuid[], $4::text[], $8::jsonb[]) as u (activity_id, issue_id, kind, detail)
