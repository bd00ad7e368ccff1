update issue_fingerprints
set merged_from = coalesce(merged_from, issue_id), issue_id = $2
where project_id = $1 and issue_id = any($3::uuid[])
