select audit_id, at, actor_kind, actor_id, actor_name, address, action, target, detail
from audit
where organization_id = $1
  and at >= $2 and (at, audit_id) < ($3, $4::uuid)
  and ($5 = '' or action = $5 or starts_with(action, $5 || '.'))
order by at desc, audit_id desc
limit $6
