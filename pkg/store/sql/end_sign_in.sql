-- The row stays for a while: it tells from where the person used to come, see known_address.sql.
update sessions
set expires_at = least(expires_at, now())
where hash = $1
