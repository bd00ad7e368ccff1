insert into links (hash, kind, organization_id, email, role, created_by, expires_at)
values ($1, 'invitation', $2, $3, $4, $5, $6)
returning email, role, created_at, expires_at
