select u.name
from members m
join users u on u.user_id = m.user_id
where m.user_id = $1 and m.organization_id = app_organization() and u.disabled_at is null
