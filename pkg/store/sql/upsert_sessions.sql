-- Sessions that were not marked before count for the hour they began in; sums add up as they are.
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
)
insert into trivet.release_hours as h (project_id, release, environment, hour, sessions, errored, crashed)
select project_id, release, environment, hour, sum(sessions), sum(errored), sum(crashed)
from counted
group by project_id, release, environment, hour
order by project_id, release, environment, hour
on conflict (project_id, release, environment, hour) do update set
    sessions = h.sessions + excluded.sessions,
    errored = h.errored + excluded.errored,
    crashed = h.crashed + excluded.crashed
