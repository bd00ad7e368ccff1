-- Ignored issues whose time has come. Those that somebody holds are left for the next time.
with due as (
    select i.project_id, i.issue_id, i.ignored_until
    from trivet.issues as i
    where i.status = 'ignored' and i.ignored_until <= now()
    order by i.ignored_until
    limit $1
    for update skip locked
), reopened as (
    update trivet.issues as i set
        status = 'unresolved', ignored_until = null, ignored_events = null, ignored_users = null
    from due
    where i.project_id = due.project_id and i.issue_id = due.issue_id
    returning i.project_id, i.issue_id, due.ignored_until
)
insert into trivet.activity (activity_id, project_id, issue_id, kind, actor_kind, actor_id, actor_name, detail)
select gen_random_uuid(), project_id, issue_id, 'unresolve', 'worker', '', '', jsonb_build_object('reason', 'time', 'until', ignored_until)
from reopened
