insert into trivet.project_minutes as m (project_id, minute, events, duplicates, filtered, expired, dead_lettered)
select project_id, minute, events, duplicates, filtered, expired, dead_lettered
from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
    as u (project_id, minute, events, duplicates, filtered, expired, dead_lettered)
order by project_id, minute
on conflict (project_id, minute) do update set
    events = m.events + excluded.events,
    duplicates = m.duplicates + excluded.duplicates,
    filtered = m.filtered + excluded.filtered,
    expired = m.expired + excluded.expired,
    dead_lettered = m.dead_lettered + excluded.dead_lettered
