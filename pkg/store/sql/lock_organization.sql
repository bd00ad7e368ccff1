select pg_advisory_xact_lock(hashtextextended('trivet.organization', $1))
