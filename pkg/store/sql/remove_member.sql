delete from members
where organization_id = $1 and user_id = $2
