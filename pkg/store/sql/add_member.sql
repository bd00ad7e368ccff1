insert into members (organization_id, user_id, role)
values ($1, $2, $3)
