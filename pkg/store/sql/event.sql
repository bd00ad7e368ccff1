-- Partitions are looked through from the newest back, until one has it.
select e.event_id, e.project_id, coalesce((
        select f.issue_id from issue_fingerprints f where f.project_id = e.project_id and f.fingerprint = e.fingerprint
    ), e.fingerprint), e.day, e.received_at, e.occurred_at, e.level, e.protocol, e.handled,
    e.type, e.message, e.culprit, e.release, e.environment, e.browser, e.os, e.url,
    e.fingerprint, coalesce((
        select f.version from issue_fingerprints f where f.project_id = e.project_id and f.fingerprint = e.fingerprint
    ), 0),
    event_block(app_organization(), e.project_id, e.day, e.block_id), e.block_start, e.block_length
from (
    select event_id, project_id, fingerprint, day, received_at, occurred_at, level, protocol, handled,
        type, message, culprit, release, environment, browser, os, url,
        block_id, block_start, block_length
    from events
    where event_id = $2 and project_id = $1
      and day between $3 and $4
    order by day desc
    limit 1
) e
