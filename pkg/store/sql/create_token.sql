insert into tokens (token_id, hash, organization_id, project_id, scopes, label, expires_at, created_by)
select $1, $2, o.organization_id, nullif($4::bigint, 0), $5, $6, $7, $8
from organizations o
where o.organization_id = $3
  and ($4 = 0 or exists (select from projects p where p.project_id = $4 and p.organization_id = $3))
returning token_id, organization_id, coalesce(project_id, 0), scopes, label, created_at, revoked_at, expires_at, used_at, created_by
