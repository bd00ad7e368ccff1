-- Which of these keys are there. The lateral join makes Postgres prune to one partition for each key.
select k.event_id, k.project_id, k.day - date '1970-01-01'
from (
    select event_id, project_id, date '1970-01-01' + day as day
    from unnest($1::uuid[], $2::bigint[], $3::integer[]) as u (event_id, project_id, day)
) as k
cross join lateral (
    select from trivet.events as e
    where e.event_id = k.event_id and e.project_id = k.project_id and e.day = k.day
) as found
