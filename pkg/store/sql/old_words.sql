-- Words of events of issues that were seen last before what is kept of their project.
select w.project_id, w.kind, w.word, w.fingerprint
from trivet.projects as p
join trivet.issues as i on i.project_id = p.project_id
    and i.last_seen < (date '1970-01-01' + greatest($1::integer, $2::integer - p.retention_days))::timestamp at time zone 'UTC'
join trivet.issue_fingerprints as f on f.project_id = i.project_id and f.issue_id = i.issue_id
join trivet.issue_words as w on w.project_id = f.project_id and w.fingerprint = f.fingerprint and w.kind > 1
limit $3
