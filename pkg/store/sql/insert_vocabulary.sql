-- Words of projects. One that is there is left alone, which is why it is looked for first: to meet it would lock it; but
-- some days later its day moves.
insert into trivet.words as w (project_id, word_id, day, kind, word)
select u.project_id, u.word_id, date '1970-01-01' + $5::integer, u.kind, u.word
from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[]) as u (project_id, word_id, kind, word)
where not exists (
    select from trivet.words as w
    where w.project_id = u.project_id and w.kind = u.kind and w.word = u.word collate "C" and w.day > date '1970-01-01' + $5::integer - $6::integer
)
order by u.project_id, u.kind, u.word collate "C"
on conflict (project_id, kind, word) do update set day = greatest(w.day, excluded.day)
