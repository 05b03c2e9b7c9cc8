-- putoff: one instance gets a deletion, or a chosen time, that is due; the others do not see it until the lease ends.
-- KEYS 1 del or later     ARGV 1 its id  2 now ms  3 lease ms
-- Answer: {1} | {0}
local due = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not due or tonumber(due) > tonumber(ARGV[2]) then return { 0 } end
redis.call('ZADD', KEYS[1], tonumber(ARGV[2]) + tonumber(ARGV[3]), ARGV[1])
return { 1 }
