-- A user who is new to a fingerprint may be known to another of its issue. Each issue is locked by now, by the statement
-- before, so that this one sees whatever another worker has counted for it. An issue of one fingerprint costs a look into
-- an index that holds the others only, and is empty in most databases.
with many as materialized (
    select u.project_id, u.issue_id
    from unnest($4::bigint[], $5::uuid[]) as u (project_id, issue_id)
    where exists (
        select from trivet.issue_fingerprints as f
        where f.project_id = u.project_id and f.issue_id = u.issue_id and f.fingerprint <> f.issue_id
    )
), added as (
    select u.project_id, u.issue_id, u.user_hash, count(*) as fingerprints
    from unnest($1::bigint[], $2::uuid[], $3::bigint[]) as u (project_id, issue_id, user_hash)
    join many on many.project_id = u.project_id and many.issue_id = u.issue_id
    group by 1, 2, 3
), twice as (
    select a.project_id, a.issue_id, sum(a.fingerprints) - count(*) filter (where a.fingerprints = t.fingerprints) as users
    from added as a
    cross join lateral (
        select count(*) as fingerprints
        from trivet.issue_fingerprints as f
        join trivet.issue_users as x on x.project_id = f.project_id and x.fingerprint = f.fingerprint and x.user_hash = a.user_hash
        where f.project_id = a.project_id and f.issue_id = a.issue_id
    ) as t
    group by 1, 2
)
update trivet.issues as i
set users = i.users - twice.users
from twice
where i.project_id = twice.project_id and i.issue_id = twice.issue_id and twice.users > 0
