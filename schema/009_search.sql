-- Text is looked for in functions: pattern operators are not leakproof and use no index under row security.
-- Where the server has pg_trgm, and lets us have it, they find parts of words by index; else they read the texts of a project.
select 1;
