select release
from releases
where ($1::bigint = 0 or project_id = $1) and starts_with(release, $2)
group by release
order by max(first_seen) desc, release desc
limit $3
