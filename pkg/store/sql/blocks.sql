select b.day, b.block_id, event_block(app_organization(), $1, b.day, b.block_id)
from unnest($2::date[], $3::bigint[]) as b (day, block_id)
