-- Without the files. Nothing of an event came before its day, or is of tomorrow's.
select attachment_id, event_id, day, received_at, name, content_type, size
from attachments
where project_id = $1 and event_id = $2 and day between $3 and $4
order by received_at, attachment_id
limit $5
