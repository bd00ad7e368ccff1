select f.project_id, f.fingerprint, f.issue_id
from unnest($1::bigint[], $2::uuid[]) as u (project_id, fingerprint)
join trivet.issue_fingerprints as f on f.project_id = u.project_id and f.fingerprint = u.fingerprint
