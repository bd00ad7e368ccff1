-- Text is looked for in functions: pattern operators are not leakproof and use no index under row security.
-- Where the server has pg_trgm, and lets us have it, they find parts of words by index; else they read the texts of a project.

do $$
declare
    place text;
begin
    create extension if not exists pg_trgm schema public; -- where others look for it too
    select quote_ident(nspname) into place from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm';
    execute format('create index issue_texts_by_part on issue_texts using gin (text %s.gin_trgm_ops)', place);
exception
    when others then
        raise notice 'pg_trgm can''t be had: %; parts of words are looked for without an index', sqlerrm;
end $$;

-- Numbers of words stand for those of their project alone, as far as 60 bits of a hash can tell: who asks is told of the
-- projects that are theirs and of nothing else.
create function find_numbers(projects bigint[], numbers bigint[]) returns table (project_id bigint, fingerprint uuid)
    language plpgsql stable rows 500
    set search_path = trivet
as $$
begin
    if cardinality(numbers) <= 50 then
        return query execute
            'with w as materialized (select w.project_id, w.fingerprint from issue_words w where w.words && $2)
                select w.project_id, w.fingerprint from w where w.project_id = any($1)'
            using projects, numbers;
    else -- the index would look at each of them for each fingerprint
        return query execute
            'select w.project_id, w.fingerprint from issue_words w
                where w.project_id = any($1) and exists (select from unnest(w.words) u (number) where u.number = any($2))'
            using projects, numbers;
    end if;
end $$;
comment on function find_numbers is 'Fingerprints of some projects that were seen with any of some words.';

-- Each statement is planned with its values: how a pattern begins decides which index helps.
create function find_words(organization bigint, project bigint, word_kind smallint, pattern text) returns table (project_id bigint, fingerprint uuid)
    language plpgsql stable security definer rows 500
    set search_path = trivet, pg_temp -- last, or a temporary table could stand in for ours
as $$
declare
    theirs  bigint[];
    numbers bigint[];
begin
    if organization is distinct from app_organization() then
        return;
    end if;
    theirs := array(select p.project_id from projects p where p.organization_id = organization and project in (0, p.project_id));
    execute 'select array(select w.word_id from words w where w.project_id = any($1) and w.kind = $2 and w.word like $3)'
        into numbers using theirs, word_kind, pattern;
    return query select * from find_numbers(theirs, numbers);
end $$;
comment on function find_words is 'Fingerprints with a word of that kind like a pattern, in a project of the organization, in all of its for 0; of the organization that the transaction works for alone.';

create function find_values(organization bigint, project bigint, word_kind smallint, value text, low text, high text) returns table (project_id bigint, fingerprint uuid)
    language plpgsql stable security definer rows 500
    set search_path = trivet
as $$
declare
    theirs  bigint[];
    numbers bigint[];
begin
    if organization is distinct from app_organization() then
        return;
    end if;
    theirs := array(select p.project_id from projects p where p.organization_id = organization and project in (0, p.project_id));
    numbers := array(
        select w.word_id from words w where w.project_id = any(theirs) and w.kind = word_kind and w.word = value
        union all
        select w.word_id from words w where w.project_id = any(theirs) and w.kind = word_kind and w.word >= low and w.word < high
    );
    return query select * from find_numbers(theirs, numbers);
end $$;
comment on function find_values is 'Fingerprints with a word of that kind, or one from low on before high; see find_words.';

create function find_texts(organization bigint, project bigint, pattern text) returns table (project_id bigint, fingerprint uuid)
    language plpgsql stable security definer rows 500
    set search_path = trivet, pg_temp -- last, or a temporary table could stand in for ours
as $$
begin
    if organization is distinct from app_organization() then
        return;
    elsif project = 0 then
        return query execute
            'select t.project_id, t.fingerprint from projects p join issue_texts t on t.project_id = p.project_id
                where p.organization_id = $1 and t.text like $2'
            using organization, pattern;
    elsif exists (select from projects p where p.project_id = project and p.organization_id = organization) then
        return query execute
            'select t.project_id, t.fingerprint from issue_texts t where t.project_id = $1 and t.text like $2'
            using project, pattern;
    end if;
end $$;
comment on function find_texts is 'Fingerprints whose title and culprit are like a pattern; see find_words.';

revoke all on function find_numbers, find_words, find_values, find_texts from public;
grant execute on function find_words, find_values, find_texts to trivet_query;
