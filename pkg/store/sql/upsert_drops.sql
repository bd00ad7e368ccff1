insert into trivet.drops as d (project_id, minute, source, reason, category, quantity)
select project_id, minute, source, reason, category, quantity
from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::bigint[])
    as u (project_id, minute, source, reason, category, quantity)
order by project_id, minute, source, reason, category
on conflict (project_id, minute, source, reason, category) do update set quantity = d.quantity + excluded.quantity
