select issue_id, project_id, title, type, culprit, level, status, events, users,
    first_seen, last_seen, first_release, last_release
from issues
where project_id = $1
  and last_seen >= $2 and last_seen < $3
  and (events, issue_id) < ($4::bigint, $5::uuid)
  and ($7::smallint = 0 or level = $7)
  and ($8::text = '' or status = $8)
  and ($9::text = '' or type = $9)
  and ($10::text = '' or first_release = $10)
  and ($11::text = '' or last_release = $11)
order by events desc, issue_id desc
limit $6
