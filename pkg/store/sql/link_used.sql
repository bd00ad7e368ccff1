select l.kind, coalesce(l.organization_id, 0), coalesce(o.name, ''), coalesce(u.email, l.email), coalesce(l.role, ''),
    coalesce(u.user_id, 0), l.expires_at
from links l
left join organizations o on o.organization_id = l.organization_id
left join users u on u.user_id = l.user_id or (l.user_id is null and l.email <> '' and u.email = l.email)
where l.hash = $1 and l.kind = $2
