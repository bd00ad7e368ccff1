-- Since when events of a release can be there, and whether all releases of the project are known.
select (select first_seen from releases where project_id = $1 and release = $2),
    (select count(*) from (select from releases where project_id = $1 limit $3) r) < $3
