-- Users that are new to a fingerprint come back.
insert into trivet.issue_users (project_id, fingerprint, user_hash)
select project_id, fingerprint, user_hash
from unnest($1::bigint[], $2::uuid[], $3::bigint[]) as u (project_id, fingerprint, user_hash)
order by project_id, fingerprint, user_hash
on conflict do nothing
returning project_id, fingerprint, user_hash
