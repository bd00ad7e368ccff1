-- Partitions by day, made and dropped by the janitor and by provision, both through these.
create function ensure_partitions(first_day date, last_day date) returns integer
    language plpgsql
    set search_path = trivet
as $$
declare
    parent text;
    day    date;
    made   integer := 0;
    child  text;
begin
    -- One maker at a time: two would both see a partition missing and one would fail.
    perform pg_advisory_xact_lock(hashtext('trivet.partitions'));
    foreach parent in array array['events', 'blocks', 'packs'] loop
        for day in select generate_series(first_day, last_day, interval '1 day')::date loop
            child := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
            if to_regclass(format('trivet.%I', child)) is not null then
                continue;
            end if;
            -- Made apart and then attached: that takes no lock which would stop the writers.
            execute format('create table %I (like %I including defaults including constraints including storage including comments)', child, parent);
            if parent = 'blocks' then
                -- Blocks are compressed already: trying again costs time and saves nothing.
                execute format('alter table %I alter column data set storage external', child);
            end if;
            execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, day, day + 1);
            made := made + 1;
        end loop;
    end loop;
    return made;
end $$;
comment on function ensure_partitions is 'Makes the partitions of events, blocks and packs from first_day to last_day that are missing; returns how many.';

create view partitions as
    select p.relname::text as parent, c.relname::text as name, to_date(right(c.relname, 8), 'YYYYMMDD') as day, i.inhdetachpending as detaching
    from pg_inherits i
    join pg_class p on p.oid = i.inhparent
    join pg_class c on c.oid = i.inhrelid
    join pg_namespace n on n.oid = p.relnamespace
    where n.nspname = 'trivet' and p.relname in ('events', 'blocks', 'packs') and c.relname ~ '_\d{8}$' and c.relkind = 'r';
comment on view partitions is 'The day partitions there are.';
comment on column partitions.parent is 'events, blocks or packs.';
comment on column partitions.name is 'Table of the partition.';
comment on column partitions.day is 'Its UTC day.';
comment on column partitions.detaching is 'True when a detach was begun and not finished.';
