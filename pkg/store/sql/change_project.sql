update projects
set name = $2, slug = $3, origins = $4, retention_days = $5, rate = $6
where project_id = $1
returning project_id, organization_id, slug, name, origins, retention_days, rate, created_at
