insert into audit (audit_id, organization_id, actor_kind, actor_id, actor_name, address, action, target, detail)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
