-- The page is cut before the issues are looked up, and the days prune partitions.
select e.event_id, e.project_id, coalesce((
        select f.issue_id from issue_fingerprints f where f.project_id = e.project_id and f.fingerprint = e.fingerprint
    ), e.fingerprint), e.day, e.received_at, e.occurred_at, e.level, e.protocol, e.handled,
    e.type, e.message, e.culprit, e.release, e.environment, e.browser, e.os, e.url
from (
    select event_id, project_id, fingerprint, day, received_at, occurred_at, level, protocol, handled,
        type, message, culprit, release, environment, browser, os, url
    from events e
    where e.project_id = $1
      and e.received_at >= $2 and (e.received_at, e.event_id) < ($3, $4::uuid)
      and e.day between $5 and $6 /*terms*/
    order by e.received_at desc, e.event_id desc
    limit $7
) e
order by e.received_at desc, e.event_id desc
