select project_id
from projects
where project_id = $1
