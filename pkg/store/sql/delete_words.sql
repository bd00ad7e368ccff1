-- Those words, unless their issue was seen meanwhile.
delete from trivet.issue_words as w
using unnest($3::bigint[], $4::smallint[], $5::text[], $6::uuid[]) as u (project_id, kind, word, fingerprint),
    trivet.issue_fingerprints as f, trivet.issues as i, trivet.projects as p
where w.project_id = u.project_id and w.kind = u.kind and w.word = u.word and w.fingerprint = u.fingerprint
    and f.project_id = u.project_id and f.fingerprint = u.fingerprint
    and i.project_id = f.project_id and i.issue_id = f.issue_id
    and p.project_id = i.project_id
    and i.last_seen < (date '1970-01-01' + greatest($1::integer, $2::integer - p.retention_days))::timestamp at time zone 'UTC'
