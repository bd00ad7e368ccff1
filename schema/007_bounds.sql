-- Of releases clients may name as many as they like: the writer counts those of an hour, and the janitor and readers find
-- an hour without reading all releases of a project.
create index release_hours_by_hour on release_hours (project_id, hour);
comment on column release_hours.release is 'Release as the client names it; empty for all beyond the first 200 of an hour, whose sessions are counted together.';
comment on column release_hours.environment is 'Environment as the client names it; empty when unknown, or with an empty release.';
