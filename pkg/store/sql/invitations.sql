select email, role, created_at, expires_at
from links
where kind = 'invitation' and organization_id = $1 and used_at is null and expires_at > now()
order by created_at, email
