-- take: the head of a lane that a commit has leased under this fence. The lease begins anew: the commit may be some
-- seconds past.
-- KEYS 1 c:pid  2 o:pid  3 m:pid  4 due     ARGV 1 fence  2 pid  3 lease ms
-- Answer: {} | {now ms, row, address, wrapped key, wrapped key of the message ids}
local c = redis.call('HMGET', KEYS[1], 'f', 'a', 'k')
local head = redis.call('LINDEX', KEYS[2], 0)
if c[1] ~= ARGV[1] or not head then return {} end
local ids = redis.call('GETRANGE', KEYS[3], 0, 74)
redis.call('ZCARD', KEYS[4])
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local till = string.format('%.0f', now + tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'l', till)
redis.call('ZADD', KEYS[4], till, ARGV[2])
return { now, head, c[2], c[3], ids }
