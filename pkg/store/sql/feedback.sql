select feedback_id, event_id, received_at, day, name, email, message, url
from feedback
where project_id = $1
  and received_at >= $2 and (received_at, feedback_id) < ($3, $4::uuid)
  and day between $5 and $6
order by received_at desc, feedback_id desc
limit $7
