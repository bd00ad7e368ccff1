select reason, event_id, received_at, title
from filtered_samples
where project_id = $1
  and (received_at, event_id) < ($2, $3::uuid)
  and ($5::text = '' or reason = $5)
order by received_at desc, event_id desc
limit $4
