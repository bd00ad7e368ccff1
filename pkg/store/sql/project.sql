select project_id, organization_id, slug, name, origins, created_at
from projects
where project_id = $1
