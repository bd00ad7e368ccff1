insert into trivet.issue_hours as h (project_id, fingerprint, hour, events)
select project_id, fingerprint, hour, events
from unnest($1::bigint[], $2::uuid[], $3::timestamptz[], $4::bigint[]) as u (project_id, fingerprint, hour, events)
order by project_id, fingerprint, hour
on conflict (project_id, fingerprint, hour) do update set events = h.events + excluded.events
