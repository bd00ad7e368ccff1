-- Their words but those of titles, unless the issue was seen meanwhile.
with gone as (
    delete from trivet.issue_words as w
    using unnest($3::bigint[], $4::uuid[]) as u (project_id, fingerprint),
        trivet.issue_fingerprints as f, trivet.issues as i, trivet.projects as p
    where w.project_id = u.project_id and w.fingerprint = u.fingerprint
        and f.project_id = u.project_id and f.fingerprint = u.fingerprint
        and i.project_id = f.project_id and i.issue_id = f.issue_id
        and p.project_id = i.project_id
        and i.last_seen < (date '1970-01-01' + greatest($1::integer, $2::integer - p.retention_days))::timestamp at time zone 'UTC'
    returning w.project_id, w.fingerprint, w.words
), kept as (
    insert into trivet.issue_words (project_id, fingerprint, words)
    select g.project_id, g.fingerprint, array_agg(distinct u.word)
    from gone as g cross join lateral unnest(g.words) as u (word)
    where u.word & 15 = 1
    group by 1, 2
)
select count(*) from gone
