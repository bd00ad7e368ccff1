-- Events of the window and issues of all time.
select r.release, coalesce(e.events, 0)::bigint, coalesce(i.issues, 0)
from unnest($2::text[]) as r (release)
left join (
    select v.text, sum(v.events) as events
    from field_counts f
    cross join lateral unnest(f.fields, f.texts, f.counts) as v (field, text, events)
    join unnest($2::text[]) as n (release) on n.release = v.text
    where f.project_id = $1 and f.hour >= $3 and f.hour < $4 and v.field = 2
    group by 1
) e on e.text = r.release
left join (
    select first_release, count(*) as issues
    from issues
    where project_id = $1 and first_release = any($2) and merged_into is null
    group by 1
) i on i.first_release = r.release
