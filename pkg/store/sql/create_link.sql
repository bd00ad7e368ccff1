insert into links (hash, kind, user_id, expires_at)
values ($1, $2, $3, $4)
