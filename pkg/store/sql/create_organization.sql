insert into organizations (slug, name)
values ($1, $2)
returning organization_id, slug, name, created_at
