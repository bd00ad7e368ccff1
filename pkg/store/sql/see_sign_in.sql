update sessions
set seen_at = now(), expires_at = $2
where hash = $1 and expires_at > now()
