update users
set disabled_at = case when $2 then coalesce(disabled_at, now()) end
where user_id = $1
returning user_id, email, name, preferences, created_at, disabled_at, coalesce(password_hash, '')
