select organization_id, slug, name, created_at
from organizations
where slug = $1
