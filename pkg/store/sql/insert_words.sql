-- Words of groups, which are a fingerprint and a kind each, as far as there is room. Groups of which it was asked come back
-- with how much there was.
with room as materialized (
    select g.n, g.project_id, g.fingerprint, g.kind, g.asked, case
            when g.asked then $8::integer - (
                select count(*) from trivet.issue_words as w
                where w.project_id = g.project_id and w.fingerprint = g.fingerprint and w.kind = g.kind
            )
            else $8::integer
        end as words
    from unnest($1::bigint[], $2::uuid[], $3::smallint[], $4::boolean[]) with ordinality as g (project_id, fingerprint, kind, asked, n)
), written as (
    insert into trivet.issue_words (project_id, kind, word, fingerprint)
    select r.project_id, r.kind, t.word, r.fingerprint
    from unnest($5::integer[], $6::integer[], $7::text[]) as t (n, place, word)
    join room as r on r.n = t.n
    where t.place <= r.words
    order by r.project_id, r.kind, t.word collate "C", r.fingerprint
    on conflict do nothing
)
select n::integer, words::integer from room where asked
