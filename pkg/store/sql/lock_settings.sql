select settings
from projects
where project_id = $1
for update
