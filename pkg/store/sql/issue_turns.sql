-- An issue that came back in the window was also seen in it or later: by that the second part is an index scan too.
select date_trunc($4, first_seen, 'UTC'), count(*), 0::bigint
from issues
where project_id = $1 and first_seen >= $2 and first_seen < $3 and merged_into is null
group by 1
union all
select date_trunc($4, regressed_at, 'UTC'), 0::bigint, count(*)
from issues
where project_id = $1 and last_seen >= $2 and regressed_at >= $2 and regressed_at < $3 and merged_into is null
group by 1
