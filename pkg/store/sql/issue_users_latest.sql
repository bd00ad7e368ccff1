-- Who met the latest events of an issue, and how often.
select e.user_hash, count(*), max(e.received_at)
from (
    select l.user_hash, l.received_at
    from issue_fingerprints f
    cross join lateral (
        select user_hash, received_at
        from events
        where project_id = $1 and fingerprint = f.fingerprint
        order by received_at desc, event_id desc
        limit $3
    ) l
    where f.project_id = $1 and f.issue_id = $2
    order by l.received_at desc
    limit $3
) e
group by e.user_hash
order by 2 desc, 3 desc
