-- Sessions that were not marked before count for the hour they began in; sums add up as they are. Beyond $15 releases
-- and environments of an hour all others are one without a name.
with told as (
    select project_id, session_id, date '1970-01-01' + day as day, crashed, release, environment, hour
    from unnest($1::bigint[], $2::uuid[], $3::integer[], $4::boolean[], $5::text[], $6::text[], $7::timestamptz[])
        as u (project_id, session_id, day, crashed, release, environment, hour)
), marked as (
    insert into trivet.session_marks (session_id, project_id, day, crashed)
    select session_id, project_id, day, crashed from told
    order by day, session_id, project_id, crashed
    on conflict do nothing
    returning session_id, project_id, day, crashed
), counted as (
    select project_id, release, environment, hour, sessions, errored, crashed
    from unnest($8::bigint[], $9::text[], $10::text[], $11::timestamptz[], $12::bigint[], $13::bigint[], $14::bigint[])
        as u (project_id, release, environment, hour, sessions, errored, crashed)
    union all
    select t.project_id, t.release, t.environment, t.hour, 0, (not t.crashed)::integer, t.crashed::integer
    from marked
    join told as t using (session_id, project_id, day, crashed)
), summed as (
    select project_id, release, environment, hour, sum(sessions) as sessions, sum(errored) as errored, sum(crashed) as crashed
    from counted
    group by project_id, release, environment, hour
), placed as (
    select s.*, h.project_id is not null as there,
        row_number() over (partition by s.project_id, s.hour, h.project_id is not null order by s.release, s.environment) as place
    from summed as s
    left join trivet.release_hours as h using (project_id, release, environment, hour)
), hours as (
    select n.project_id, n.hour, (
            select count(*) from trivet.release_hours as h where h.project_id = n.project_id and h.hour = n.hour
        ) as releases
    from (select distinct project_id, hour from placed where not there) as n
), named as (
    select p.*, p.there or f.releases + p.place <= $15::integer as fits
    from placed as p
    left join hours as f using (project_id, hour)
)
insert into trivet.release_hours as h (project_id, release, environment, hour, sessions, errored, crashed)
select project_id, case when fits then release else '' end as release, case when fits then environment else '' end as environment,
    hour, sum(sessions), sum(errored), sum(crashed)
from named
group by 1, 2, 3, 4
order by 1, 2, 3, 4
on conflict (project_id, release, environment, hour) do update set
    sessions = h.sessions + excluded.sessions,
    errored = h.errored + excluded.errored,
    crashed = h.crashed + excluded.crashed
