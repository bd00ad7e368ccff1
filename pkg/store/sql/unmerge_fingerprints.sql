update issue_fingerprints
set merged_from = null, issue_id = $3
where project_id = $1 and issue_id = $2 and merged_from = $3
