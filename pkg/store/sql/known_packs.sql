-- Which of these packs were written before. Takes the same arguments as insert_packs.
select p.pack_id
from unnest($1::uuid[], $2::integer[], $3::integer[]) as u (pack_id, day, events)
join trivet.packs as p on p.pack_id = u.pack_id and p.day = date '1970-01-01' + u.day
