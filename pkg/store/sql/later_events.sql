-- The first and last events of an issue's fingerprints that lie outside of what is known of it, and their releases as far
-- as the nearest 1,000 name one. Null where there is none, or none any more. The days prune partitions.
with fingerprints as materialized (
    select fingerprint from issue_fingerprints where project_id = $1 and issue_id = $2
), later as materialized (
    select e.received_at, e.level, e.release
    from fingerprints f
    cross join lateral (
        select received_at, level, release
        from events
        where project_id = $1 and fingerprint = f.fingerprint and received_at > $4 and day >= $6
        order by received_at desc, event_id desc
        limit 1000
    ) e
), earlier as materialized (
    select e.received_at, e.release
    from fingerprints f
    cross join lateral (
        select received_at, release
        from events
        where project_id = $1 and fingerprint = f.fingerprint and received_at < $3 and day <= $5
        order by received_at, event_id
        limit 1000
    ) e
)
select
    (select received_at from earlier order by received_at limit 1),
    coalesce((select release from earlier where release <> '' order by received_at limit 1), ''),
    (select received_at from later order by received_at desc limit 1),
    coalesce((select level from later order by received_at desc limit 1), 0),
    coalesce((select release from later where release <> '' order by received_at desc limit 1), ''),
    coalesce((select release from later where release <> '' order by received_at limit 1), ''),
    (
        select max(h.hour)
        from fingerprints f
        cross join lateral (
            select hour from issue_hours where project_id = $1 and fingerprint = f.fingerprint and hour > $4 order by hour desc limit 1
        ) h
    )
