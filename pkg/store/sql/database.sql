-- What the server tells of the whole database. $1 is today, $2 and $3 the days that must have partitions.
select current_setting('server_version'), pg_database_size(current_database()),
    (select count(*) from pg_stat_activity where datname = current_database())::integer,
    current_setting('max_connections')::integer,
    (select count(*) from trivet.organizations),
    min(p.day), max(p.day), coalesce(greatest(max(p.day) - $1::date, 0), 0),
    (select count(*) from generate_series($2::date, $3::date, interval '1 day') as d
        where not exists (select from trivet.partitions as e where e.parent = 'events' and e.day = d::date))::integer
from trivet.partitions as p
where p.parent = 'events'
