update users
set password_hash = $2
where user_id = $1 and disabled_at is null
returning user_id, email, name, preferences, created_at, disabled_at, coalesce(password_hash, '')
