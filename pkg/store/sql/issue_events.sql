-- For each fingerprint its newest events come from the index, however many it has.
select e.event_id, e.project_id, f.issue_id, e.day, e.received_at, e.occurred_at, e.level, e.protocol, e.handled,
    e.type, e.message, e.culprit, e.release, e.environment, e.browser, e.os, e.url
from issue_fingerprints f
cross join lateral (
    select event_id, project_id, day, received_at, occurred_at, level, protocol, handled,
        type, message, culprit, release, environment, browser, os, url
    from events e
    where e.project_id = $1 and e.fingerprint = f.fingerprint
      and e.received_at >= $2 and (e.received_at, e.event_id) < ($3, $4::uuid)
      and e.day between $5 and $6 /*terms*/
    order by e.received_at desc, e.event_id desc
    limit $7
) e
where f.project_id = $1 /*fingerprints*/
order by e.received_at desc, e.event_id desc
limit $7
