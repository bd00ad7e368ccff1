insert into trivet.attachments (attachment_id, project_id, event_id, received_at, day, size, name, content_type, data)
select attachment_id, project_id, event_id, received_at, date '1970-01-01' + day, length(data), name, content_type, data
from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::integer[], $6::text[], $7::text[], $8::bytea[])
    as u (attachment_id, project_id, event_id, received_at, day, name, content_type, data)
order by day, attachment_id, project_id
on conflict do nothing
