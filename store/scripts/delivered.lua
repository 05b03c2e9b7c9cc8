-- delivered: a provider's report on a row. It ends a doubt: a row that waits to be sent again although it has arrived goes.
-- KEYS 1 c:pid  2 o:pid  3 due     ARGV 1 tag  2 pid  3 row  4 verdict
-- Answer: {'ok'} | {'gone'}
local c = redis.call('HMGET', KEYS[1], 'l', 't', 'r')
if not c[3] then return { 'gone' } end
local head = redis.call('LINDEX', KEYS[2], 0)
redis.call('ZCARD', KEYS[3])
if c[2] then redis.call('HLEN', ARGV[1] .. 'k:' .. c[2]) end
if ARGV[4] == 'sent' and head and not c[1] and string.match(head, '^%d+') == ARGV[3] then
  redis.call('LPOP', KEYS[2])
  if redis.call('LLEN', KEYS[2]) == 0 then
    redis.call('ZREM', KEYS[3], ARGV[2])
  else
    local t = redis.call('TIME')
    redis.call('ZADD', KEYS[3], string.format('%.0f', t[1] * 1000), ARGV[2])
  end
end
if ARGV[4] == 'unreachable' or ARGV[4] == 'refused' then
  redis.call('HSET', KEYS[1], 'u', '1')
  local K = c[2] and ARGV[1] .. 'k:' .. c[2]
  if K and redis.call('EXISTS', K) == 1 then
    redis.call('HSET', K, 'dead', ARGV[4] == 'unreachable' and '1' or '0')
    redis.call('PUBLISH', ARGV[1] .. 'hints', c[2])
  end
end
return { 'ok' }
