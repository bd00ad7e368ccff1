select project_id, organization_id, slug, name, origins, retention_days, rate, created_at
from projects
where $1::bigint = 0 or organization_id = $1
order by project_id
