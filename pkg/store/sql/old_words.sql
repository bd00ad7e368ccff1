-- Fingerprints of issues that were seen last before what is kept of their project, if they have words of more than titles.
select f.project_id, f.fingerprint
from trivet.projects as p
join trivet.issues as i on i.project_id = p.project_id
    and i.last_seen < (date '1970-01-01' + greatest($1::integer, $2::integer - p.retention_days))::timestamp at time zone 'UTC'
join trivet.issue_fingerprints as f on f.project_id = i.project_id and f.issue_id = i.issue_id
where exists (
    select from trivet.issue_words as w cross join lateral unnest(w.words) as u (word)
    where w.project_id = f.project_id and w.fingerprint = f.fingerprint and u.word & 15 <> 1
)
limit $3
