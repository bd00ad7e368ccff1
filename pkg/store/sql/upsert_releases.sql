-- A release that is there may turn out to have been seen earlier; a new one needs room in its project.
with told as materialized (
    select u.project_id, u.release, u.first_seen, u.place, exists (
            select from trivet.releases as r where r.project_id = u.project_id and r.release = u.release
        ) as there
    from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::integer[]) as u (project_id, release, first_seen, place)
), room as materialized (
    select n.project_id, $5::integer - (select count(*) from trivet.releases as r where r.project_id = n.project_id) as releases
    from (select distinct project_id from told where not there) as n
)
insert into trivet.releases as r (project_id, release, first_seen)
select t.project_id, t.release, t.first_seen
from told as t
left join room on room.project_id = t.project_id
where t.there or t.place <= room.releases
order by t.project_id, t.release
on conflict (project_id, release) do update set first_seen = excluded.first_seen
where excluded.first_seen < r.first_seen
