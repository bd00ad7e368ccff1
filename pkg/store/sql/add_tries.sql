with added as (
    insert into tries (subject, at)
    select subject, at
    from unnest($1::text[]) subject, clock_timestamp() at
    returning at
)
select max(at) from added
