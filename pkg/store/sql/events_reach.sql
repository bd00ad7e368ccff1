-- Where so many events behind a place end; null where there are not so many.
select (
    select e.received_at
    from events e
    where e.project_id = $1
      and e.received_at >= $2 and (e.received_at, e.event_id) < ($3, $4::uuid)
      and e.day between $5 and $6
    order by e.received_at desc, e.event_id desc
    offset $7 limit 1
)
