-- Behind which all events of each fingerprint are among so many of it; null where all are.
select max(e.received_at)
from issue_fingerprints f
cross join lateral (
    select e.received_at
    from events e
    where e.project_id = $1 and e.fingerprint = f.fingerprint
      and e.received_at >= $2 and (e.received_at, e.event_id) < ($3, $4::uuid)
      and e.day between $5 and $6
    order by e.received_at desc, e.event_id desc
    offset $7 limit 1
) e
where f.project_id = $1 /*fingerprints*/
