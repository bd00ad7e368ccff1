insert into keys (public_key, project_id, label)
values ($1, $2, $3)
returning public_key, project_id, label, created_at, revoked_at
