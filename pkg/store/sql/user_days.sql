-- Days that are over have one row, which says how many.
select d.day, case
        when d.rows = 1 and d.users is not null then d.users
        else (
            select count(distinct h.user_hash)
            from project_users u
            cross join lateral unnest(u.hashes) h (user_hash)
            where u.project_id = $1 and u.day = d.day
        )
    end
from (
    select day, count(*) as rows, max(users) as users
    from project_users
    where project_id = $1 and day >= $2 and day < $3
    group by day
) d
