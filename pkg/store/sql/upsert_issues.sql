-- Order of arrival doesn't matter: sums add, seen times take the least and greatest, names follow them.
insert into trivet.issues as i (
    project_id, issue_id, events, users, first_seen, last_seen, level, title, type, culprit, first_release, last_release
)
select project_id, issue_id, events, users, first_seen, last_seen, level, title, type, culprit, first_release, last_release
from unnest(
    $1::bigint[], $2::uuid[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[],
    $7::smallint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]
) as u (project_id, issue_id, events, users, first_seen, last_seen, level, title, type, culprit, first_release, last_release)
order by project_id, issue_id
on conflict (project_id, issue_id) do update set
    events = i.events + excluded.events,
    users = i.users + excluded.users,
    first_seen = least(i.first_seen, excluded.first_seen),
    last_seen = greatest(i.last_seen, excluded.last_seen),
    level = case when excluded.last_seen >= i.last_seen then excluded.level else i.level end,
    title = case when excluded.first_seen < i.first_seen then excluded.title else i.title end,
    type = case when excluded.first_seen < i.first_seen then excluded.type else i.type end,
    culprit = case when excluded.first_seen < i.first_seen then excluded.culprit else i.culprit end,
    first_release = case
        when i.first_release = '' or excluded.first_release <> '' and excluded.first_seen < i.first_seen then excluded.first_release
        else i.first_release
    end,
    last_release = case
        when excluded.last_release <> '' and (i.last_release = '' or excluded.last_seen >= i.last_seen) then excluded.last_release
        else i.last_release
    end
returning xmax = 0, -- true for a new row
    case when i.status <> 'unresolved' and (i.last_seen > i.resolved_at or i.events >= i.ignored_events or i.users >= i.ignored_users) then i.project_id end,
    case when i.status <> 'unresolved' and (i.last_seen > i.resolved_at or i.events >= i.ignored_events or i.users >= i.ignored_users) then i.issue_id end
