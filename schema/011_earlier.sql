-- What came before there was anything to find it by. What lists, charts and searches ask for is taken from the columns of
-- the events that are still there and from their issues. Tags, stacks and breadcrumbs are only in the events' records:
-- they are found once another event of the fingerprint comes.

insert into issue_texts (project_id, fingerprint, text)
select f.project_id, f.fingerprint, left(lower(i.title || E'\n' || i.culprit), 1000)
from issue_fingerprints f
join issues i using (project_id, issue_id)
on conflict do nothing;

-- Words nearly as package words cuts them: between what parts words, and these again in their pieces.
create temporary table earlier_words on commit drop as
select distinct t.project_id, 1::smallint as kind, p.word, t.fingerprint
from issue_texts t
cross join lateral regexp_split_to_table(t.text, $$[\s()\[\]{}"'`,;=<>/\\?&#|:]+$$) as w (whole)
cross join lateral (
    select regexp_replace(w.whole, '^[^[:alnum:]]+|[^[:alnum:]]+$', '', 'g')
    union all
    select regexp_split_to_table(w.whole, '[^[:alnum:]]+')
) as p (word)
where octet_length(p.word) between 2 and 200 and p.word !~ '^([0-9]{5,}|(?=[a-f]*[0-9])[0-9a-f]{8,})$';

insert into earlier_words (project_id, kind, word, fingerprint)
select project_id, kind, word, fingerprint
from (
    select s.*, row_number() over (partition by project_id, fingerprint, kind order by last desc, word) as place
    from (
        select e.project_id, e.fingerprint, v.kind, left(v.word, 200) as word, max(e.received_at) as last
        from events e
        cross join lateral (values (4::smallint, e.release), (5::smallint, e.environment), (6::smallint, e.browser), (7::smallint, e.os), (8::smallint, e.url))
            as v (kind, word)
        where v.word <> ''
        group by 1, 2, 3, 4
    ) s
    where octet_length(word) <= 200
) p
where place <= 300;

insert into words (project_id, word_id, day, kind, word)
select project_id, word_number(project_id, kind, word), current_date, kind, word
from (select distinct project_id, kind, word from earlier_words) as w
on conflict do nothing;

insert into issue_words (project_id, fingerprint, words)
select project_id, fingerprint, array_agg(word_number(project_id, kind, word))
from earlier_words as e
where not exists (
    select from issue_words as i where i.project_id = e.project_id and i.fingerprint = e.fingerprint and word_number(e.project_id, e.kind, e.word) = any(i.words)
)
group by project_id, fingerprint;

insert into releases (project_id, release, first_seen)
select project_id, release, first_seen
from (
    select r.*, row_number() over (partition by project_id order by first_seen desc) as place
    from (select project_id, release, min(received_at) as first_seen from events where release <> '' group by 1, 2) r
) p
where place <= 10000
on conflict do nothing;

insert into project_users (project_id, day, hashes)
select project_id, (received_at at time zone 'UTC')::date, array_agg(distinct user_hash)
from events
where user_hash is not null
group by 1, 2;

insert into field_counts (project_id, hour, fields, texts, counts, summed)
select project_id, hour, array_agg(field order by field, count desc, text), array_agg(text order by field, count desc, text),
    array_agg(count order by field, count desc, text), true
from (
    select project_id, hour, field, text, sum(count)::bigint as count
    from (
        select project_id, hour, field, count,
            case when row_number() over (partition by project_id, hour, field order by count desc, text) <= 200 then text else '*' end as text
        from (
            select e.project_id, date_trunc('hour', e.received_at, 'UTC') as hour, v.field, v.text, count(*) as count
            from events e
            cross join lateral (values
                (1::smallint, (array['debug', 'info', 'warning', 'error', 'fatal'])[e.level / 10]), (2::smallint, e.release), (3::smallint, e.environment),
                (4::smallint, e.browser), (5::smallint, e.os), (6::smallint, (array['sentry', 'native', 'logs', 'faro', 'report', 'otlp'])[e.protocol])
            ) as v (field, text)
            where not exists (select from field_counts) -- a sum is added to another
            group by 1, 2, 3, 4
        ) counted
    ) placed
    group by 1, 2, 3, 4
) kept
group by 1, 2;
