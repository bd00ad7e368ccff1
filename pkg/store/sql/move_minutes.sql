-- Events that are written by a replay, by mended code or changed settings: they leave the column in which they
-- were counted at first, dead letters before noise before expired. Nobody keeps which of these each one was, but
-- every sum stays right, and so does that of the drops, which give up as many.
with due as (
    select m.project_id, m.minute, u.moved,
        least(u.moved, greatest(m.dead_lettered, 0)) as dead,
        greatest(m.filtered, 0) as noise,
        greatest(m.expired, 0) as old
    from unnest($1::bigint[], $2::timestamptz[], $3::bigint[]) as u (project_id, minute, moved)
    join trivet.project_minutes as m on m.project_id = u.project_id and m.minute = u.minute
    where u.moved > 0
), taken as (
    select project_id, minute, moved, least(moved - dead, noise) as noise,
        least(moved - dead - least(moved - dead, noise), old) as old
    from due
), moved as (
    update trivet.project_minutes as m set
        filtered = m.filtered - t.noise,
        expired = m.expired - t.old,
        dead_lettered = m.dead_lettered - (t.moved - t.noise - t.old)
    from taken as t
    where m.project_id = t.project_id and m.minute = t.minute
    returning m.project_id, m.minute, t.noise
), stacked as (
    select d.project_id, d.minute, d.reason, moved.noise,
        sum(d.quantity) over (partition by d.project_id, d.minute order by d.reason) - d.quantity as before
    from trivet.drops as d
    join moved on moved.project_id = d.project_id and moved.minute = d.minute
    where d.source = 'filter' and d.category = 'error'
)
update trivet.drops as d
set quantity = d.quantity - least(d.quantity, greatest(stacked.noise - stacked.before, 0))
from stacked
where d.project_id = stacked.project_id and d.minute = stacked.minute and d.reason = stacked.reason
    and d.source = 'filter' and d.category = 'error'
