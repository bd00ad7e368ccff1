-- Which of some events are in the tables: one look into the key of each partition that may hold them.
select event_id from trivet.events
where project_id = $1 and event_id = any ($2::uuid[]) and day between $3 and $4
