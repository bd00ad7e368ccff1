-- The counts of an hour begin with those of levels, of which there are five.
select c.project_id, c.hour, sum(u.events)::bigint
from projects p
join field_counts c on c.project_id = p.project_id
cross join lateral unnest(c.fields[1:5], c.counts[1:5]) as u (field, events)
where ($1::bigint = 0 or p.project_id = $1) and c.hour >= $2 and c.hour < $3 and u.field = 1
group by 1, 2
