select reason, event_id, received_at, title, record
from filtered_samples
where project_id = $1 and reason = $2 and event_id = $3
