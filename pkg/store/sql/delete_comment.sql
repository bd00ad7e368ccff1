delete from activity
where project_id = $1 and activity_id = $2 and kind = 'comment' and actor_kind = $3 and actor_id = $4
returning activity_id
