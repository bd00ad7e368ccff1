insert into trivet.feedback (feedback_id, project_id, event_id, received_at, day, name, email, message, url)
select feedback_id, project_id, event_id, received_at, date '1970-01-01' + day, name, email, message, url
from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[])
    as u (feedback_id, project_id, event_id, received_at, day, name, email, message, url)
order by day, feedback_id, project_id
on conflict do nothing
