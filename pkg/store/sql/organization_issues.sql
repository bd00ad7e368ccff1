-- Each project's are cut by its own index before they are put together.
select i.*
from projects p
cross join lateral (
    select i.issue_id, i.project_id, i.title, i.type, i.culprit, i.level, i.status, i.events, i.users,
        i.first_seen, i.last_seen, i.first_release, i.last_release,
        i.assignee_id, i.resolved_at, i.resolved_release, i.ignored_until, i.ignored_events, i.ignored_users,
        i.regressed_at, i.regressions, i.merged_into
    from issues i
    where i.project_id = p.project_id and i.merged_into is null
      and i.last_seen >= $1 and i.last_seen < $2
      and (i.last_seen /*key*/, i.issue_id, i.project_id) < ($3::timestamptz, $4::uuid, $5::bigint) /*terms*/
    order by i.last_seen /*key*/ desc, i.issue_id desc
    limit $6
) i
order by i.last_seen /*key*/ desc, i.issue_id desc, i.project_id desc
limit $6
