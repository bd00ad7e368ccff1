select i.issue_id, i.project_id, i.title, i.type, i.culprit, i.level, i.status, i.events, i.users,
    i.first_seen, i.last_seen, i.first_release, i.last_release,
    i.assignee_id, i.resolved_at, i.resolved_release, i.ignored_until, i.ignored_events, i.ignored_users,
    i.regressed_at, i.regressions, i.merged_into
from issues i
where i.project_id = $1 and i.merged_into is null
  and i.last_seen >= $2 and i.last_seen < $3
  and (i.last_seen /*key*/, i.issue_id) < ($4::timestamptz, $5::uuid) /*terms*/
order by i.last_seen /*key*/ desc, i.issue_id desc
limit $6
