select o.organization_id, o.slug, o.name, m.role
from members m
join organizations o on o.organization_id = m.organization_id
where m.user_id = $1
order by m.created_at, o.organization_id
