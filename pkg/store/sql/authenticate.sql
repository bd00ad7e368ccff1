select token_id, organization_id, coalesce(project_id, 0), scopes, label, created_at, revoked_at, expires_at, used_at, created_by
from tokens
where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
