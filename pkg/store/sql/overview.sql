select p.project_id, p.organization_id, p.slug, p.name, p.origins, p.retention_days, p.rate, p.created_at, open.issues, fresh.issues, last.seen
from projects p
cross join lateral (
    select count(*) as issues from issues where project_id = p.project_id and status = 'unresolved' and merged_into is null
) open
cross join lateral (
    select count(*) as issues from issues where project_id = p.project_id and first_seen >= $2 and merged_into is null
) fresh
left join lateral (
    select last_seen as seen from issues where project_id = p.project_id order by last_seen desc limit 1
) last on true
where $1::bigint = 0 or p.project_id = $1
order by p.project_id
limit $3
