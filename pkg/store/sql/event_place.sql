select received_at
from events
where event_id = $2 and project_id = $1
  and day between $3 and $4
order by day desc
limit 1
