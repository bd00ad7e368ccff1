-- What has no time of its client's is of the day it came: sent again after midnight it is there a day before. The limit
-- keeps the question a look into three partitions' keys.
insert into trivet.feedback (feedback_id, project_id, event_id, received_at, day, name, email, message, url)
select feedback_id, project_id, event_id, received_at, date '1970-01-01' + day, name, email, message, url
from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[])
    as u (feedback_id, project_id, event_id, received_at, day, name, email, message, url)
where (
    select true from trivet.feedback as t
    where t.feedback_id = u.feedback_id and t.project_id = u.project_id and t.day between date '1970-01-01' + (u.day - 1) and date '1970-01-01' + (u.day + 1)
    limit 1
) is null
order by day, feedback_id, project_id
on conflict do nothing
