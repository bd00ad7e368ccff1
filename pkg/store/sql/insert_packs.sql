-- Packs that are written for the first time come back.
insert into trivet.packs (pack_id, day, events)
select pack_id, date '1970-01-01' + day, events
from unnest($1::uuid[], $2::integer[], $3::integer[]) as p (pack_id, day, events)
order by pack_id
on conflict do nothing
returning pack_id
