delete from links
where kind = 'invitation' and organization_id = $1 and email = $2 and used_at is null
