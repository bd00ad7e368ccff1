select organization_id, slug, name, created_at
from organizations
where organization_id = $1
