insert into trivet.project_users (project_id, day, user_hash)
select project_id, date '1970-01-01' + day, user_hash
from unnest($1::bigint[], $2::integer[], $3::bigint[]) as u (project_id, day, user_hash)
order by project_id, day, user_hash
on conflict do nothing
