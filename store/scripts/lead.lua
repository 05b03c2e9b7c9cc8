-- lead: one instance does a job; the holder renews.
-- KEYS 1 lead:job     ARGV 1 instance  2 ttl ms
-- Answer: {1} | {0}
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return { 0 } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { 1 }
