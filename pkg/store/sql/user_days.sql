select day, count(*)
from project_users
where project_id = $1 and day >= $2 and day < $3
group by day
