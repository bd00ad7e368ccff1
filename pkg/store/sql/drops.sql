select date_trunc($4, minute, 'UTC'), source, reason, category, sum(quantity)::bigint
from drops
where project_id = $1 and minute >= $2 and minute < $3
group by 1, 2, 3, 4
having sum(quantity) > 0 -- a replay may have taken back all
order by 1, 2, 3, 4
limit $5
