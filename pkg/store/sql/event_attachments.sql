-- Without the files. Partitions from before the event's are left out: nothing of it came earlier.
select attachment_id, event_id, day, received_at, name, content_type, size
from attachments
where project_id = $1 and event_id = $2 and day >= $3
order by received_at, attachment_id
limit $4
