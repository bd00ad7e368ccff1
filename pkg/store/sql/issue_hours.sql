select h.hour, sum(h.events)::bigint
from issue_fingerprints f
join issue_hours h on h.project_id = f.project_id and h.fingerprint = f.fingerprint
where f.project_id = $1 and f.issue_id = $2
  and h.project_id = $1 and h.hour >= $3 and h.hour < $4
group by h.hour
