update organizations
set name = $2
where organization_id = $1
returning organization_id, slug, name, created_at
