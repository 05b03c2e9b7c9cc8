-- take: the head of a lane that a commit has just leased under this fence.
-- KEYS 1 c:pid  2 o:pid  3 m:pid     ARGV 1 fence
-- Answer: {} | {now ms, row, address, wrapped key, wrapped key of the message ids}
local c = redis.call('HMGET', KEYS[1], 'f', 'a', 'k')
local head = redis.call('LINDEX', KEYS[2], 0)
if c[1] ~= ARGV[1] or not head then return {} end
local t = redis.call('TIME')
return { t[1] * 1000 + math.floor(t[2] / 1000), head, c[2], c[3], redis.call('GETRANGE', KEYS[3], 0, 74) }
