select m.project_id, date_bin('1 hour', m.minute, $2), sum(m.events)::bigint
from projects p
join project_minutes m on m.project_id = p.project_id
where ($1::bigint = 0 or p.project_id = $1) and m.minute >= $2 and m.minute < $3
group by 1, 2
