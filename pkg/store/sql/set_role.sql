update members
set role = $3
where organization_id = $1 and user_id = $2
