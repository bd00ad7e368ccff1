-- An empty status and a null assignee stay as they are. Bounds of ignoring are so many more than there are now.
update issues
set status = coalesce(nullif($3::text, ''), status),
    resolved_at = case $3::text when '' then resolved_at when 'resolved' then clock_timestamp() end,
    resolved_release = case $3::text when '' then resolved_release when 'resolved' then $4::text end,
    ignored_until = case $3::text when '' then ignored_until when 'ignored' then $5::timestamptz end,
    ignored_events = case $3::text when '' then ignored_events when 'ignored' then events + nullif($6::bigint, 0) end,
    ignored_users = case $3::text when '' then ignored_users when 'ignored' then users + nullif($7::bigint, 0) end,
    assignee_id = case when $8::bigint is null then assignee_id else nullif($8::bigint, 0) end
where project_id = $1 and issue_id = any($2::uuid[])
