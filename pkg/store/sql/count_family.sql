-- What the fingerprints of an issue count together, each user once.
select (
    select coalesce(sum(h.events), 0)::bigint
    from issue_fingerprints f
    join issue_hours h on h.project_id = f.project_id and h.fingerprint = f.fingerprint
    where f.project_id = $1 and f.issue_id = $2 and h.project_id = $1
), (
    select count(*)
    from (
        select distinct u.user_hash
        from issue_fingerprints f
        join issue_users u on u.project_id = f.project_id and u.fingerprint = f.fingerprint
        where f.project_id = $1 and f.issue_id = $2 and u.project_id = $1
    ) as users
)
