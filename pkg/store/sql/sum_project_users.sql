-- One statement takes the rows of some days away and puts back one for each: rows that are appended meanwhile it does not see,
-- and they stay.
with due as (
    select distinct project_id, day
    from trivet.project_users
    where users is null and day < date '1970-01-01' + $2::integer
    limit $1
), taken as (
    delete from trivet.project_users as u
    using due
    where u.project_id = due.project_id and u.day = due.day
    returning u.project_id, u.day, u.hashes
)
insert into trivet.project_users (project_id, day, users, hashes)
select project_id, day, count(*), array_agg(user_hash order by user_hash)
from (select distinct t.project_id, t.day, h.user_hash from taken as t cross join lateral unnest(t.hashes) as h (user_hash)) as u
group by project_id, day
