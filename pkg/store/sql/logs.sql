select e.event_id, e.project_id, coalesce((
        select f.issue_id from issue_fingerprints f where f.project_id = e.project_id and f.fingerprint = e.fingerprint
    ), e.fingerprint), e.day, e.received_at, e.occurred_at, e.level, e.protocol, e.handled,
    e.type, e.message, e.culprit, e.release, e.environment, e.browser, e.os, e.url,
    e.block_id, e.block_start, e.block_length
from (
    select event_id, project_id, fingerprint, day, received_at, occurred_at, level, protocol, handled,
        type, message, culprit, release, environment, browser, os, url,
        block_id, block_start, block_length
    from events
    where project_id = $1 and protocol = 3
      and (received_at, event_id) < ($2, $3::uuid)
      and day <= $4
    order by received_at desc, event_id desc
    limit $5
) e
order by e.received_at desc, e.event_id desc
