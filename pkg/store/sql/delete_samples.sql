-- All but the newest of each filter. A row that another worker is about to delete is left to it.
with old as (
    select f.project_id, f.reason, f.event_id
    from unnest($1::bigint[], $2::text[]) as u (project_id, reason)
    cross join lateral (
        select s.event_id
        from trivet.filtered_samples as s
        where s.project_id = u.project_id and s.reason = u.reason
        order by s.received_at desc, s.event_id desc
        offset $3
    ) as beyond
    join trivet.filtered_samples as f
        on f.project_id = u.project_id and f.reason = u.reason and f.event_id = beyond.event_id
    for update of f skip locked
)
delete from trivet.filtered_samples as s
using old
where s.project_id = old.project_id and s.reason = old.reason and s.event_id = old.event_id
