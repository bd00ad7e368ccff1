-- Words that a fingerprint was not seen with yet, as far as there is room for their kinds. What has no room left comes back.
-- Those of one fingerprint stand side by side in $3, from $4 to $5, each once and of each kind no more than there is room
-- for at all.
with groups as materialized (
    select g.n, g.project_id, g.fingerprint, ($3::bigint[])[g.low:g.high] as words, array(
            select h.word from trivet.issue_words as w cross join lateral unnest(w.words) as h (word)
            where w.project_id = g.project_id and w.fingerprint = g.fingerprint
        ) as had
    from unnest($1::bigint[], $2::uuid[], $4::integer[], $5::integer[]) with ordinality as g (project_id, fingerprint, low, high, n)
), added as materialized (
    select n, project_id, fingerprint, had, case
            when had = '{}' then words
            else array(
                select u.word
                from (select word, row_number() over (partition by word & 15) as place from unnest(words) as u (word) where word <> all(had)) as u
                where u.place <= $6::integer - (select count(*) from unnest(had) as h (word) where h.word & 15 = u.word & 15)
            )
        end as words
    from groups
), written as (
    insert into trivet.issue_words (project_id, fingerprint, words)
    select project_id, fingerprint, words
    from added
    where words <> '{}'
    order by n
)
select a.n::integer, (h.word & 15)::smallint
from added as a cross join lateral unnest(a.had || a.words) as h (word)
where cardinality(a.had) + cardinality(a.words) >= $6::integer
group by a.n, h.word & 15
having count(*) >= $6::integer
