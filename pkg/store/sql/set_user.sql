update users
set name = $2, preferences = $3
where user_id = $1
returning user_id, email, name, preferences, created_at, disabled_at, coalesce(password_hash, '')
