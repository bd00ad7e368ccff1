-- A row for each project and day, whose users stand side by side in $3, from $4 to $5.
insert into trivet.project_users (project_id, day, hashes)
select project_id, date '1970-01-01' + day, ($3::bigint[])[low:high]
from unnest($1::bigint[], $2::integer[], $4::integer[], $5::integer[]) as u (project_id, day, low, high)
