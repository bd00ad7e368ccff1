insert into users (email, name, password_hash)
values ($1, $2, $3)
returning user_id, email, name, preferences, created_at, disabled_at, coalesce(password_hash, '')
