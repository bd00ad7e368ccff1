-- Of the issue and of what is merged into it: what was said there is about this one now.
select a.activity_id, a.issue_id, a.at, a.kind, a.actor_kind, a.actor_id, a.actor_name, a.detail
from (
    select issue_id from issues where project_id = $1 and issue_id = $2
    union all
    select issue_id from issues where project_id = $1 and merged_into = $2
) i
cross join lateral (
    select activity_id, issue_id, at, kind, actor_kind, actor_id, actor_name, detail
    from activity
    where project_id = $1 and issue_id = i.issue_id and (at, activity_id) < ($3, $4::uuid)
    order by at desc, activity_id desc
    limit $5
) a
order by a.at desc, a.activity_id desc
limit $5
