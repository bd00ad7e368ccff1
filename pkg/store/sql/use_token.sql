-- Not each time: a row that every request updates would be all that the table does.
update tokens
set used_at = now()
where token_id = $1
  and (used_at is null or used_at < now() - interval '5 minutes')
