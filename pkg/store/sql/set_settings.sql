-- The organization is asked in the same statement: nobody sets what is not theirs. 0 is the operator.
update projects
set settings = $2, settings_at = clock_timestamp()
where project_id = $1
  and ($3::bigint = 0 or organization_id = $3)
returning settings
