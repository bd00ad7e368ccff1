select attachment_id, event_id, day, received_at, name, content_type, size, data
from attachments
where attachment_id = $2 and project_id = $1
  and day between $3 and $4
order by day desc
limit 1
