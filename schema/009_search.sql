-- Text is looked for in functions: pattern operators are not leakproof and use no index under row security.
-- Where the server has pg_trgm, and lets us have it, they find parts of words by index; else they read the texts of a project.

-- By bytes, so that the words that begin alike stand together in the key, whatever language the database speaks.
alter table issue_words alter column word type text collate "C";

do $$
declare
    place text;
begin
    create extension if not exists pg_trgm schema public; -- where others look for it too
    select quote_ident(nspname) into place from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm';
    execute format('create index issue_texts_by_part on issue_texts using gin (text %s.gin_trgm_ops)', place);
    -- Of addresses alone: other words are looked for by how they begin, or are few.
    execute format('create index issue_words_by_part on issue_words using gin (word %s.gin_trgm_ops) where kind = 8::smallint', place);
exception
    when others then
        raise notice 'pg_trgm can''t be had: %; parts of words are looked for without an index', sqlerrm;
end $$;

-- Each statement is planned with its values: how a pattern begins decides which index helps.
create function find_words(organization bigint, project bigint, word_kind smallint, pattern text) returns table (project_id bigint, fingerprint uuid)
    language plpgsql stable security definer rows 500
    set search_path = trivet, pg_temp -- last, or a temporary table could stand in for ours
as $$
begin
    if organization is distinct from app_organization() then
        return;
    elsif project = 0 then
        return query execute
            'select w.project_id, w.fingerprint from projects p join issue_words w on w.project_id = p.project_id
                where p.organization_id = $1 and w.kind = $2 and w.word like $3'
            using organization, word_kind, pattern;
    elsif exists (select from projects p where p.project_id = project and p.organization_id = organization) then
        return query execute
            'select w.project_id, w.fingerprint from issue_words w where w.project_id = $1 and w.kind = $2 and w.word like $3'
            using project, word_kind, pattern;
    end if;
end $$;
comment on function find_words is 'Fingerprints with a word of that kind like a pattern, in a project of the organization, in all of its for 0; of the organization that the transaction works for alone.';

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

revoke all on function find_words, find_texts from public;
grant execute on function find_words, find_texts to trivet_query;
