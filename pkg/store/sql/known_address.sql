select exists (select from sessions where user_id = $1 and address = $2)
