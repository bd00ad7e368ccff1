-- One statement takes the rows of some hours away and puts back their sums: rows that are appended meanwhile it does not
-- see, and they stay.
with due as (
    select distinct project_id, hour
    from trivet.field_counts
    where not summed
    limit $1
), taken as (
    delete from trivet.field_counts as c
    using due
    where c.project_id = due.project_id and c.hour = due.hour
    returning c.project_id, c.hour, c.fields, c.texts, c.counts
), counted as (
    select t.project_id, t.hour, u.field, u.text, sum(u.count) as count
    from taken as t
    cross join lateral unnest(t.fields, t.texts, t.counts) as u (field, text, count)
    group by t.project_id, t.hour, u.field, u.text
), placed as (
    select c.*, row_number() over (partition by project_id, hour, field order by (text = $3::text), count desc, text) as place
    from counted as c
), kept as (
    select project_id, hour, field, case when place <= $2::integer then text else $3::text end as text, sum(count)::bigint as count
    from placed
    group by 1, 2, 3, 4
)
insert into trivet.field_counts (project_id, hour, fields, texts, counts, summed)
select project_id, hour, array_agg(field order by field, count desc, text), array_agg(text order by field, count desc, text),
    array_agg(count order by field, count desc, text), true
from kept
group by project_id, hour
