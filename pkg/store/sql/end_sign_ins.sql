update sessions
set expires_at = least(expires_at, now())
where user_id = $1 and expires_at > now() and ($2::bytea is null or hash <> $2)
