select project_id, organization_id, slug, name, origins, retention_days, rate, created_at
from projects
where $1::bigint = 0 or project_id = $1
order by project_id
limit $2
