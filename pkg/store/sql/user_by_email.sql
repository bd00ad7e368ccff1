select user_id, email, name, preferences, created_at, disabled_at, coalesce(password_hash, '')
from users
where email = $1
