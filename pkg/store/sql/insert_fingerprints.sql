-- A fingerprint nobody has seen belongs to the issue of what an earlier grouping made of its events, the first of
-- them that is there, and leaves a merged one together with it; else it is an issue of its own.
with earlier as (
    select distinct on (e.n) e.n, f.issue_id, f.merged_from
    from unnest($4::integer[], $5::bigint[], $6::uuid[]) with ordinality as e (n, project_id, fingerprint, rank)
    join trivet.issue_fingerprints as f on f.project_id = e.project_id and f.fingerprint = e.fingerprint
    order by e.n, e.rank
)
insert into trivet.issue_fingerprints (project_id, fingerprint, issue_id, merged_from, version)
select u.project_id, u.fingerprint, coalesce(earlier.issue_id, u.fingerprint), earlier.merged_from, u.version
from unnest($1::bigint[], $2::uuid[], $3::smallint[]) with ordinality as u (project_id, fingerprint, version, n)
left join earlier on earlier.n = u.n
order by u.project_id, u.fingerprint
on conflict do nothing
