insert into projects (organization_id, slug, name, origins)
values ($1, $2, $3, $4)
returning project_id, organization_id, slug, name, origins, created_at
