select k.public_key, '' as hash, k.project_id, k.revoked_at is not null as revoked, p.origins, coalesce(p.rate, 0)
from keys k
join projects p on p.project_id = k.project_id
union all
select '', encode(t.hash, 'hex'), t.project_id, t.revoked_at is not null or coalesce(t.expires_at <= now(), false), p.origins, coalesce(p.rate, 0)
from tokens t
join projects p on p.project_id = t.project_id
where 'write' = any(t.scopes)
