-- load: everything a turn needs to know of one person.
-- KEYS 1 c:pid  2 o:pid  3 h:pid  4 x:pid  5 m:pid  6 p:id of the update's deletion record
-- ARGV 1 key tag
-- Answer: { now ms, {r s k d l t u a}, rows waiting, tombstone, message ids, deletion pending 0|1,
--           {phase band left k entries} of the open ticket or {}, held rows }
local t = redis.call('TIME')
local c = redis.call('HMGET', KEYS[1], 'r', 's', 'k', 'd', 'l', 't', 'u', 'a')
local ticket, held = {}, {}
if c[6] then
  ticket = redis.call('HMGET', ARGV[1] .. 'k:' .. c[6], 'phase', 'band', 'left', 'k')
  ticket[5] = redis.call('LLEN', ARGV[1] .. 't:' .. c[6])
  held = redis.call('LRANGE', KEYS[3], 0, -1)
end
return {
  t[1] * 1000 + math.floor(t[2] / 1000), c, redis.call('LLEN', KEYS[2]), redis.call('GET', KEYS[4]),
  redis.call('GET', KEYS[5]), redis.call('EXISTS', KEYS[6]), ticket, held,
}
