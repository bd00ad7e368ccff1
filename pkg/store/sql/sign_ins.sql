select s.hash, u.user_id, u.email, u.name, u.preferences, u.created_at,
    coalesce(s.organization_id, 0), s.created_at, s.seen_at, s.expires_at, s.address, s.agent,
    coalesce((
        select jsonb_agg(jsonb_build_object('organization_id', o.organization_id, 'slug', o.slug, 'name', o.name, 'role', m.role) order by m.created_at, o.organization_id)
        from members m
        join organizations o on o.organization_id = m.organization_id
        where m.user_id = u.user_id), '[]')
from sessions s
join users u on u.user_id = s.user_id
where s.user_id = $1 and s.expires_at > now() and s.created_at > $2
order by s.seen_at desc, s.hash
limit 100
