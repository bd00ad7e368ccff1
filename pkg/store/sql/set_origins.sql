update projects
set origins = $2
where project_id = $1
returning project_id, organization_id, slug, name, origins, retention_days, rate, created_at
