update projects
set settings = $2, settings_at = clock_timestamp()
where project_id = $1
returning settings
