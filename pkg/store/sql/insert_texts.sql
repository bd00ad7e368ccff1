insert into trivet.issue_texts (project_id, fingerprint, text)
select project_id, fingerprint, text
from unnest($1::bigint[], $2::uuid[], $3::text[]) as u (project_id, fingerprint, text)
order by project_id, fingerprint
on conflict do nothing
