insert into projects (organization_id, slug, name, origins, retention_days, rate)
values ($1, $2, $3, $4, $5, $6)
returning project_id, organization_id, slug, name, origins, retention_days, rate, created_at
