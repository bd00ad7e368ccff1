select token_id, organization_id, coalesce(project_id, 0), scopes, label, created_at, revoked_at
from tokens
where hash = $1 and revoked_at is null
