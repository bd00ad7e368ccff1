update keys
set revoked_at = coalesce(revoked_at, now())
where public_key = $1
returning public_key, project_id, label, created_at, revoked_at
