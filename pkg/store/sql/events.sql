-- The page is cut before the issues are looked up, and the days prune partitions.
select e.event_id, e.project_id, coalesce((
        select f.issue_id from issue_fingerprints f where f.project_id = e.project_id and f.fingerprint = e.fingerprint
    ), e.fingerprint), e.day, e.received_at, e.occurred_at, e.level, e.protocol, e.handled,
    e.type, e.message, e.culprit, e.release, e.environment, e.browser, e.os, e.url
from (
    select event_id, project_id, fingerprint, day, received_at, occurred_at, level, protocol, handled,
        type, message, culprit, release, environment, browser, os, url
    from events
    where project_id = $1
      and received_at >= $2 and (received_at, event_id) < ($3, $4::uuid)
      and day between $5 and $6
      and ($8::smallint = 0 or level = $8)
      and ($9::smallint = 0 or protocol = $9)
      and ($10::boolean is null or handled = $10)
      and ($11::text = '' or type = $11)
      and ($12::text = '' or release = $12)
      and ($13::text = '' or environment = $13)
      and ($14::text = '' or browser = $14)
      and ($15::text = '' or os = $15)
      and ($16::text = '' or url = $16)
    order by received_at desc, event_id desc
    limit $7
) e
order by e.received_at desc, e.event_id desc
