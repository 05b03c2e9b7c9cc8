-- attempt: counts tries in a window that begins with the first.
-- KEYS 1 rate:key     ARGV 1 window ms
-- Answer: {how many}
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { n }
