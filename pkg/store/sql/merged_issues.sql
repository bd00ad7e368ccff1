-- The counts are those of today; the rest is as it was when they were merged.
select i.issue_id, i.project_id, i.title, i.type, i.culprit, i.level, i.status, coalesce(c.events, 0), coalesce(c.users, 0),
    i.first_seen, i.last_seen, i.first_release, i.last_release, i.assignee_id, i.resolved_at, i.resolved_release,
    i.ignored_until, i.ignored_events, i.ignored_users, i.regressed_at, i.regressions, i.merged_into
from issues i
cross join lateral (
    select (
        select sum(h.events)::bigint
        from issue_fingerprints f
        join issue_hours h on h.project_id = f.project_id and h.fingerprint = f.fingerprint
        where f.project_id = $1 and f.issue_id = $2 and f.merged_from = i.issue_id and h.project_id = $1
    ) as events, (
        select count(distinct u.user_hash)
        from issue_fingerprints f
        join issue_users u on u.project_id = f.project_id and u.fingerprint = f.fingerprint
        where f.project_id = $1 and f.issue_id = $2 and f.merged_from = i.issue_id and u.project_id = $1
    ) as users
) c
where i.project_id = $1 and i.merged_into = $2
order by i.issue_id
limit $3
