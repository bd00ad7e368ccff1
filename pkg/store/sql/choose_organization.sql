update sessions s
set organization_id = $2
where hash = $1 and expires_at > now()
  and exists (select from members m where m.user_id = s.user_id and m.organization_id = $2)
