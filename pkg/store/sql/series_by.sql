-- The values with most events of the window and all others together, by step.
with counts as materialized (
    select date_bin($4::interval, f.hour, $2) as time, v.text, sum(v.events) as events
    from field_counts f
    cross join lateral unnest(f.fields, f.texts, f.counts) as v (field, text, events)
    where f.project_id = $1 and f.hour >= $2 and f.hour < $3 and v.field = $5
    group by 1, 2
), most as (
    select text
    from counts
    where text <> '*'
    group by text
    order by sum(events) desc, text
    limit $6
)
select coalesce(m.text, '*'), c.time, sum(c.events)::bigint
from counts c
left join most m on m.text = c.text
group by 1, 2
