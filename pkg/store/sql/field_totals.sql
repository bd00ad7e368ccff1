-- The values with most events of each field, and all events of it, by one look at the window.
with counts as materialized (
    select v.field, v.text, sum(v.events)::bigint as events
    from field_counts f
    cross join lateral unnest(f.fields, f.texts, f.counts) as v (field, text, events)
    where f.project_id = $1 and f.hour >= $2 and f.hour < $3
    group by 1, 2
), ranked as (
    select field, text, events, row_number() over (partition by field order by text = '*', events desc, text) as rank, sum(events) over (partition by field)::bigint as whole
    from counts
)
select field, text, events, whole
from ranked
where rank <= $4 and text <> '*'
order by field, rank
