-- Words of groups, which are a fingerprint and a kind each, as far as there is room. Groups of which it was asked come back
-- with how much there was. Words name their group by its place in the arrays: a join could be planned badly.
with room as materialized (
    select g.n, g.asked, case
            when g.asked then $8::integer - (
                select count(*) from trivet.issue_words as w
                where w.project_id = g.project_id and w.fingerprint = g.fingerprint and w.kind = g.kind
            )
            else $8::integer
        end as words
    from unnest($1::bigint[], $2::uuid[], $3::smallint[], $4::boolean[]) with ordinality as g (project_id, fingerprint, kind, asked, n)
), written as (
    insert into trivet.issue_words (project_id, kind, word, fingerprint)
    select ($1::bigint[])[t.n] as project_id, ($3::smallint[])[t.n] as kind, t.word, ($2::uuid[])[t.n] as fingerprint
    from unnest($5::integer[], $6::integer[], $7::text[]) as t (n, place, word)
    where t.place <= (array(select words from room order by n))[t.n]
    order by 1, 2, t.word collate "C", 4
    on conflict do nothing
)
select n::integer, words::integer from room where asked
