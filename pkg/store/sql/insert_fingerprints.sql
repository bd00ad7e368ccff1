-- A fingerprint nobody has seen is an issue of its own.
insert into trivet.issue_fingerprints (project_id, fingerprint, issue_id, version)
select project_id, fingerprint, fingerprint, version
from unnest($1::bigint[], $2::uuid[], $3::smallint[]) as u (project_id, fingerprint, version)
order by project_id, fingerprint
on conflict do nothing
