-- The limit keeps the question a look into one partition's key for each event.
select t.tag, count(*)
from unnest($2::uuid[], $3::date[]) as k (event_id, day)
cross join lateral (
    select tags from events as e where e.event_id = k.event_id and e.project_id = $1 and e.day = k.day limit 1
) as e
cross join lateral unnest(e.tags) as t (tag)
group by t.tag
