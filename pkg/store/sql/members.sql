select u.user_id, u.email, u.name, u.created_at, u.disabled_at, m.role, m.created_at
from members m
join users u on u.user_id = m.user_id
where m.organization_id = $1
order by m.created_at, m.user_id
