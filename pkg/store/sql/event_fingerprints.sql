select f.fingerprint
from issue_fingerprints f
where f.project_id = $1 /*fingerprints*/
limit $2
