select public_key, project_id, label, created_at, revoked_at
from keys
where project_id = $1
order by created_at, public_key
