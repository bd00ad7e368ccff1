select organization_id, slug, name, created_at
from organizations
order by organization_id
