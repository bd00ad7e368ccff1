insert into sessions (hash, user_id, organization_id, expires_at, address, agent)
values ($1, $2, (select organization_id from members where user_id = $2 order by created_at, organization_id limit 1), $3, $4, $5)
