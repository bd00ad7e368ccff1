select date_trunc($4, minute, 'UTC'), sum(events)::bigint, sum(duplicates)::bigint, sum(filtered)::bigint, sum(expired)::bigint, sum(dead_lettered)::bigint
from project_minutes
where project_id = $1 and minute >= $2 and minute < $3
group by 1
