-- Of issues that are resolved or ignored: whether one of these new events ends that. The first that does is told.
with told as (
    select project_id, issue_id, event_id, release, at
    from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) as u (project_id, issue_id, event_id, release, at)
), back as (
    select distinct on (i.project_id, i.issue_id) i.project_id, i.issue_id, t.at, 'regress' as kind,
        jsonb_build_object('release', t.release, 'event_id', replace(t.event_id::text, '-', '')) as detail
    from trivet.issues as i
    join told as t on t.project_id = i.project_id and t.issue_id = i.issue_id
    left join trivet.releases as r on r.project_id = t.project_id and r.release = t.release
    left join trivet.releases as named on named.project_id = i.project_id and named.release = i.resolved_release
    where i.status = 'resolved' and t.at > i.resolved_at and (
            i.resolved_release is null
            or t.release <> '' and (
                -- One that has no row is beyond the bound on releases: it counts as new, for a miss is worse.
                i.resolved_release = '' and coalesce(r.first_seen, t.at) > i.resolved_at
                or t.release = i.resolved_release
                or coalesce(r.first_seen, t.at) >= named.first_seen
            )
        )
    order by i.project_id, i.issue_id, t.at, t.event_id
), enough as (
    select i.project_id, i.issue_id, null::timestamptz as at, 'unresolve' as kind,
        case
            when i.events >= i.ignored_events then jsonb_build_object('reason', 'events', 'events', i.events)
            else jsonb_build_object('reason', 'users', 'users', i.users)
        end as detail
    from trivet.issues as i
    join (select distinct project_id, issue_id from told) as t on t.project_id = i.project_id and t.issue_id = i.issue_id
    where i.status = 'ignored' and (i.events >= i.ignored_events or i.users >= i.ignored_users)
), due as (
    select * from back union all select * from enough
), reopened as (
    update trivet.issues as i set
        status = 'unresolved', resolved_at = null, resolved_release = null,
        ignored_until = null, ignored_events = null, ignored_users = null,
        regressed_at = coalesce(due.at, i.regressed_at),
        regressions = i.regressions + (due.kind = 'regress')::integer
    from due
    where i.project_id = due.project_id and i.issue_id = due.issue_id
    returning i.project_id, i.issue_id, due.kind, due.detail
)
insert into trivet.activity (activity_id, project_id, issue_id, kind, actor_kind, actor_id, actor_name, detail)
select gen_random_uuid(), project_id, issue_id, kind, 'worker', '', '', detail
from reopened
