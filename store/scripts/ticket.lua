-- ticket: everything its holder may see, and the conversation behind it.
-- KEYS 1 k:tid  2 t:tid     ARGV 1 tag
-- Answer: {} | { now ms, {name, value...}, entries, {r s k d l t u a} of the conversation, held rows, rows waiting }
local k = redis.call('HGETALL', KEYS[1])
local pid
for i = 1, #k, 2 do if k[i] == 'pid' then pid = k[i + 1] end end
if not pid then return {} end
local t = redis.call('TIME')
local C = ARGV[1] .. 'c:' .. pid
return {
  t[1] * 1000 + math.floor(t[2] / 1000), k, redis.call('LRANGE', KEYS[2], 0, -1),
  redis.call('HMGET', C, 'r', 's', 'k', 'd', 'l', 't', 'u', 'a'),
  redis.call('LRANGE', ARGV[1] .. 'h:' .. pid, 0, -1), redis.call('LLEN', ARGV[1] .. 'o:' .. pid),
}
