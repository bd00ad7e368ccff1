-- Seconds until there is room for one try more; 0 where no limit is exceeded.
select coalesce(max(extract(epoch from last.at + $3::interval - clock_timestamp())), 0)::float8
from unnest($1::text[], $2::integer[]) as l (subject, most),
    lateral (
        select at from tries t
        where t.subject = l.subject and at > clock_timestamp() - $3::interval
        order by at desc offset l.most - 1 limit 1) last,
    lateral (
        select from tries t
        where t.subject = l.subject and at > clock_timestamp() - $3::interval
        order by at desc offset l.most limit 1) more
