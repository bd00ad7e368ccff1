select i.n, width_bucket(extract(epoch from h.hour)::double precision, $3::double precision, $4::double precision, $5::integer), sum(h.events)::bigint
from unnest($1::bigint[], $2::uuid[]) with ordinality as i (project_id, issue_id, n)
join issue_fingerprints f on f.project_id = i.project_id and f.issue_id = i.issue_id
join issue_hours h on h.project_id = f.project_id and h.fingerprint = f.fingerprint
where h.hour >= to_timestamp($3) and h.hour < to_timestamp($4)
group by 1, 2
