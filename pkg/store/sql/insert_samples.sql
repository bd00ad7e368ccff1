insert into trivet.filtered_samples (project_id, reason, event_id, received_at, title, record)
select project_id, reason, event_id, received_at, title, record
from unnest($1::bigint[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::bytea[])
    as u (project_id, reason, event_id, received_at, title, record)
order by project_id, reason, event_id
on conflict do nothing
