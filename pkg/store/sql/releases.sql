-- Names are ordered by their hashes where two were first seen at once: a cursor holds no name.
select release, first_seen, md5(release)::uuid
from releases
where project_id = $1 and first_seen <= $2 and (first_seen, md5(release)::uuid) < ($2, $3::uuid)
order by first_seen desc, md5(release)::uuid desc
limit $4
