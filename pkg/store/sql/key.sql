select public_key, project_id, label, created_at, revoked_at
from trivet.keys
where public_key = $1
