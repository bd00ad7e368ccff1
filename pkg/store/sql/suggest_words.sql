-- From one word to the next by the key: what many fingerprints share costs no more than what one has. Of tags ($6) only
-- the names are told.
select distinct found.word
from projects p
cross join lateral (
    with recursive w (word) as (
        (
            select i.word
            from words i
            where i.project_id = p.project_id and i.kind = $2 and i.word >= $3 collate "C" and i.word < $4 collate "C"
            order by i.word
            limit 1
        )
        union all
        select (
            select i.word
            from words i
            where i.project_id = p.project_id and i.kind = $2
              and i.word > case when $6 then split_part(w.word, '=', 1) || '=' || chr(1114111) else w.word end collate "C"
              and i.word < $4 collate "C"
            order by i.word
            limit 1
        )
        from w
        where w.word is not null
    )
    select case when $6 then split_part(w.word, '=', 1) else w.word end as word
    from w
    where w.word is not null
    limit $5
) found
where $1::bigint = 0 or p.project_id = $1
order by found.word
limit $5
