-- Who never asked before needs no project that was never set.
select project_id, settings
from projects
where settings_at >= $1
  and (not $2::boolean or settings <> '{}')
