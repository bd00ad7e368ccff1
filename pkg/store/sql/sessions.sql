-- The releases with most sessions of the window, and their sessions by step.
with steps as (
    select release, date_trunc($4, hour, 'UTC') as time, sum(sessions)::bigint as sessions, sum(errored)::bigint as errored, sum(crashed)::bigint as crashed
    from release_hours
    where project_id = $1 and hour >= $2 and hour < $3
      and ($5::text = '' or release = $5)
      and ($6::text = '' or environment = $6)
    group by 1, 2
), most as (
    select release, sum(sessions) as sessions
    from steps
    group by release
    order by 2 desc, 1
    limit $7
)
select s.release, s.time, s.sessions, s.errored, s.crashed
from most m
join steps s on s.release = m.release
order by m.sessions desc, s.release, s.time
