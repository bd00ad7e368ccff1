select project_id, organization_id, slug, name, origins, retention_days, rate, created_at
from projects
where project_id = $1
