select organization_id
from projects
where project_id = $1
