// What pages do with scripts on; everything works without.
