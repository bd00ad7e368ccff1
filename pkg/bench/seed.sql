-- What a busy month leaves, made of numbers: the same counts give the same rows. One project has half of everything.
-- bench.events, bench.issues and bench.releases say how much; the records that events point to are there already.

-- step: issues
create table seed_issues as
select n, 1 + case when n % 2 = 0 then 0 else 1 + n % 99 end as project_id, md5('issue ' || n)::uuid as fingerprint,
    (array['TypeError', 'ReferenceError', 'RangeError', 'SyntaxError', 'Error', 'NetworkError'])[1 + n % 6] as type,
    'Cannot read properties of undefined (reading ''' || (array['total', 'price', 'user', 'cart', 'label', 'token'])[1 + n / 7 % 6] || n || ''')' as message,
    (array['render', 'load', 'update', 'select', 'submit'])[1 + n % 5] || (array['Cart', 'Order', 'Price', 'Menu', 'Search', 'Login'])[1 + n / 5 % 6] || n || ' (/js/'
        || (array['checkout', 'product', 'search', 'account'])[1 + n % 4] || '.js)' as culprit
from generate_series(0, current_setting('bench.issues')::integer - 1) as n;
alter table seed_issues add primary key (n);

-- step: events
insert into trivet.events (event_id, project_id, fingerprint, received_at, occurred_at, user_hash, block_id, day, block_start, block_length,
    level, protocol, handled, type, message, culprit, release, environment, browser, os, url, tags)
select md5('event ' || e.i)::uuid, s.project_id, s.fingerprint, e.at, e.at, hashint8extended(e.i % 100000 * 31 + s.n % 7, 1), r.block_id, (e.at at time zone 'UTC')::date, r.block_start, r.block_length,
    case e.i % 20 when 0 then 50 when 1 then 30 else 40 end, 1, e.i % 9 <> 0, s.type, s.message, s.culprit,
    'shop@' || 1 + e.i % 4 || '.' || e.i / 4 % 10 || '.' || e.i / 40 % (current_setting('bench.releases')::integer / 40), case when e.i % 10 = 0 then 'staging' else 'production' end,
    (array['Chrome 142', 'Chrome 141', 'Firefox 145', 'Safari 26', 'Chrome Mobile 142', 'Edge 142'])[1 + e.i % 6], (array['Windows', 'Linux', 'macOS', 'iOS', 'Android'])[1 + e.i % 5],
    'https://s' || s.project_id || '.example/' || (array['checkout', 'product', 'search', 'account', 'cart', 'help'])[1 + e.i % 6] || '/' || e.i % 500,
    array['variant=' || e.i % 4, 'tenant=t' || e.i % 50]
from (
    select i, -- issues by a power law: a few have most events
        floor(current_setting('bench.issues')::integer * power(hashint8extended(i, 7)::double precision / 18446744073709551616.0 + 0.5, 3))::integer as issue,
        date_trunc('day', now()) + interval '23 hours 59 minutes' - interval '1 day' - (i * interval '30 days' / current_setting('bench.events')::integer) as at
    from generate_series(0, current_setting('bench.events')::integer - 1) as i
) e
join seed_issues s on s.n = e.issue
join seed_records r on r.project_id = s.project_id and r.day = (e.at at time zone 'UTC')::date and r.n = e.i % 100;

-- step: issue counters
insert into trivet.issue_hours (project_id, fingerprint, hour, events)
select project_id, fingerprint, date_trunc('hour', received_at, 'UTC'), count(*) from trivet.events group by 1, 2, 3;
insert into trivet.issue_users (project_id, fingerprint, user_hash) select distinct project_id, fingerprint, user_hash from trivet.events;
insert into trivet.issue_fingerprints (project_id, fingerprint, issue_id, version) select project_id, fingerprint, fingerprint, 2 from seed_issues;
insert into trivet.issues (project_id, issue_id, events, users, first_seen, last_seen, level, status, title, type, culprit, first_release, last_release, resolved_at)
select s.project_id, s.fingerprint, e.events, u.users, e.first_seen, e.last_seen, 40, case s.n % 10 when 0 then 'resolved' when 1 then 'ignored' else 'unresolved' end,
    s.type || ': ' || s.message, s.type, s.culprit, 'shop@1.0.0', 'shop@2.1.0', case s.n % 10 when 0 then now() end
from seed_issues s
join (select project_id, fingerprint, count(*) as events, min(received_at) as first_seen, max(received_at) as last_seen from trivet.events group by 1, 2) e
    on e.project_id = s.project_id and e.fingerprint = s.fingerprint
join (select project_id, fingerprint, count(*) as users from trivet.issue_users group by 1, 2) u on u.project_id = s.project_id and u.fingerprint = s.fingerprint;

-- step: project counters
insert into trivet.project_minutes (project_id, minute, events) select project_id, date_trunc('minute', received_at), count(*) from trivet.events group by 1, 2;
insert into trivet.project_users (project_id, day, users, hashes)
select project_id, day, count(*), array_agg(user_hash order by user_hash)
from (select distinct project_id, (received_at at time zone 'UTC')::date as day, user_hash from trivet.events) as u
group by project_id, day;
insert into trivet.releases (project_id, release, first_seen) select project_id, release, min(received_at) from trivet.events group by 1, 2;
insert into trivet.field_counts (project_id, hour, fields, texts, counts)
select project_id, hour, array_agg(field order by field), array_agg(value order by field), array_agg(events order by field)
from (
    select e.project_id, date_trunc('hour', e.received_at, 'UTC') as hour, f.field::smallint as field, f.value, count(*) as events
    from trivet.events e
    cross join lateral (values (1, case e.level when 50 then 'fatal' when 30 then 'warning' else 'error' end), (2, e.release), (3, e.environment), (4, e.browser), (5, e.os), (6, 'sentry')) f (field, value)
    group by 1, 2, 3, 4
) c
group by project_id, hour;

-- step: words
insert into trivet.issue_texts (project_id, fingerprint, text) select project_id, fingerprint, lower(type || ': ' || message || e'\n' || culprit) from seed_issues;
create table seed_words as
select distinct s.project_id, 1 as kind, lower(w.word) as word, s.fingerprint
from seed_issues s cross join lateral regexp_split_to_table(s.type || ' ' || s.message || ' ' || s.culprit, '[^A-Za-z0-9.]+') as w (word) where length(w.word) > 1
union all
select distinct s.project_id, 2, w.word, s.fingerprint
from seed_issues s cross join lateral unnest(array['checkout.js', 'checkout', 'js', 'vendor.js', 'vendor', 'render' || s.n % 400, 'load' || s.n % 300]) as w (word)
union all
select distinct s.project_id, 3, w.word, s.fingerprint
from seed_issues s cross join lateral unnest(array['post', 'get', 'cart', 'ui.click', 'button' || s.n % 200]) as w (word)
union all
select distinct e.project_id, f.kind, f.value, e.fingerprint
from trivet.events e
cross join lateral (values (4, e.release), (5, e.environment), (6, e.browser), (7, e.os), (8, e.url), (9, e.tags[1]), (9, e.tags[2])) f (kind, value)
where e.event_id < '40000000-0000-0000-0000-000000000000';
insert into trivet.words (project_id, word_id, day, kind, word)
select project_id, trivet.word_number(project_id, kind, word), current_date, kind, word from (select distinct project_id, kind, word from seed_words) as w;
insert into trivet.issue_words (project_id, fingerprint, words)
select project_id, fingerprint, array_agg(trivet.word_number(project_id, kind, word)) from seed_words group by 1, 2;

-- step: statistics
drop table seed_words;
drop table seed_issues;
drop table seed_records;
