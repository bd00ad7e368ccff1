-- The biggest tables with their indexes, the partitions of one summed up.
select coalesce(parent.relname, c.relname)::text, count(parent.relname)::integer,
    sum(pg_total_relation_size(c.oid))::bigint, sum(greatest(c.reltuples, 0))::bigint
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
left join pg_inherits as i on i.inhrelid = c.oid
left join pg_class as parent on parent.oid = i.inhparent
where n.nspname = 'trivet' and c.relkind = 'r'
group by 1
order by 3 desc, 1
limit 10
