select token_id, organization_id, coalesce(project_id, 0), scopes, label, created_at, revoked_at, expires_at, used_at, created_by
from tokens
where organization_id = $1
order by created_at, token_id
