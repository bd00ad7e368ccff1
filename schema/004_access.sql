-- What the query role may see: rows of the organization in app.organization, through the parents only.
-- COPY is refused on tables whose policies apply to the writer, so row security is enabled but not forced:
-- the owner (migrations, worker) is above it, and query takes the role trivet_query in each transaction.
do $$
begin
    create role trivet_query nologin;
exception
    -- Roles are shared by all databases of a server: another one, or another test, may have made it.
    when duplicate_object or unique_violation then null;
end $$;
do $$
begin
    -- From version 16 on, whoever made a role is a member that may not take it.
    if not pg_has_role(current_user, 'trivet_query', case when current_setting('server_version_num')::integer < 160000 then 'member' else 'set' end) then
        execute format('grant trivet_query to %I', current_user);
    end if;
exception
    when unique_violation then null; -- granted by another session just now
end $$;

create function app_organization() returns bigint
    language sql stable parallel safe
    return nullif(current_setting('app.organization', true), '')::bigint;
comment on function app_organization() is 'The organization a query transaction works for; null outside one, which no row matches.';

grant usage on schema trivet to trivet_query;
grant select on organizations, projects, events, issues, issue_fingerprints, issue_hours, issue_users, project_minutes to trivet_query;

alter table organizations enable row level security;
create policy own on organizations for select to trivet_query using (organization_id = app_organization());
alter table projects enable row level security;
create policy own on projects for select to trivet_query using (organization_id = app_organization());

do $$
declare
    name text;
begin
    foreach name in array array['events', 'issues', 'issue_fingerprints', 'issue_hours', 'issue_users', 'project_minutes'] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy own on %I for select to trivet_query using (project_id in (select project_id from projects where organization_id = app_organization()))',
            name);
    end loop;
end $$;

-- The one door to the payloads: a block only for the organization that owns its project.
create function event_block(organization bigint, project bigint, partition_day date, block bigint) returns bytea
    language sql stable security definer parallel safe
    set search_path = trivet
    return (
        select b.data
        from blocks b
        where b.project_id = project and b.day = partition_day and b.block_id = block
          and organization = app_organization()
          and exists (select from projects p where p.project_id = project and p.organization_id = organization)
    );
comment on function event_block is 'The block of records with that id, null unless its project belongs to the organization and the transaction works for it.';
revoke all on function event_block from public;
grant execute on function event_block to trivet_query;
