select date_bin($4::interval, minute, $2), sum(events)::bigint
from project_minutes
where project_id = $1 and minute >= $2 and minute < $3
group by 1
