-- Words that no event of their project has had for as long as its events are kept, but those of titles. Their days are up to
-- $3 behind.
delete from trivet.words as w
where w.ctid = any(array(
    select o.ctid
    from trivet.projects as p
    cross join lateral (
        select w.ctid
        from trivet.words as w
        where w.project_id = p.project_id and w.kind > 1 and w.day < date '1970-01-01' + greatest($1::integer, $2::integer - p.retention_days) - $3::integer
        limit $4
    ) as o
    limit $4
)) and w.day < date '1970-01-01' + $2::integer - $3::integer
