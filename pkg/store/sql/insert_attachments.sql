-- What has no time of its client's is of the day it came: sent again after midnight it is there a day before. The limit
-- keeps the question a look into three partitions' keys.
insert into trivet.attachments (attachment_id, project_id, event_id, received_at, day, size, name, content_type, data)
select attachment_id, project_id, event_id, received_at, date '1970-01-01' + day, length(data), name, content_type, data
from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::integer[], $6::text[], $7::text[], $8::bytea[])
    as u (attachment_id, project_id, event_id, received_at, day, name, content_type, data)
where (
    select true from trivet.attachments as t
    where t.attachment_id = u.attachment_id and t.project_id = u.project_id and t.day between date '1970-01-01' + (u.day - 1) and date '1970-01-01' + (u.day + 1)
    limit 1
) is null
order by day, attachment_id, project_id
on conflict do nothing
