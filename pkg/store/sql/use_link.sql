update links
set used_at = now()
where hash = $1 and kind = $2 and used_at is null and expires_at > now()
