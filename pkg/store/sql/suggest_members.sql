select u.email
from members m
join users u using (user_id)
where starts_with(u.email, lower($1)) and u.disabled_at is null
order by u.email
limit $2
