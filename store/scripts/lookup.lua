-- lookup: what stands behind a return code, for somebody who may still try one. A code tried again within the window costs
-- no second try: it tells nothing new, and one message may be stepped twice.
-- KEYS 1 code:hash  2 rate of this person  3 rate of everybody
-- ARGV 1 tag  2 pid of this person  3 the code's hash  4 this try among this person's ('' = not typed now, costs nothing)
--      5 and among everybody's  6 limit  7 limit of all  8 window ms
-- Answer: {} | what load answers (no tombstone, no deletion), then pid, rows waiting, {record of a chosen time} or {}
local T = ARGV[1]
local pid = redis.call('GET', KEYS[1])
redis.call('SCARD', KEYS[2]); redis.call('SCARD', KEYS[3])
local function try(key, what, limit)
  if redis.call('SISMEMBER', key, what) == 1 then return true end
  local n = redis.call('SCARD', key)
  if n >= tonumber(limit) then return false end
  redis.call('SADD', key, what)
  if n == 0 then redis.call('PEXPIRE', key, ARGV[8]) end
  return true
end
local may = ARGV[4] == '' or try(KEYS[2], ARGV[4], ARGV[6]) and try(KEYS[3], ARGV[5], ARGV[7])
if not may or not pid or pid == ARGV[2] then return {} end
local c = redis.call('HMGET', T .. 'c:' .. pid, 'r', 's', 'k', 'd', 'l', 't', 'u', 'a', 'w')
if c[9] ~= ARGV[3] then return {} end
local t = redis.call('TIME')
local ticket, later = {}, {}
if c[6] then
  ticket = redis.call('HMGET', T .. 'k:' .. c[6], 'phase', 'band', 'left', 'k')
  ticket[5] = redis.call('LLEN', T .. 't:' .. c[6])
end
for _, id in ipairs(redis.call('SMEMBERS', T .. 'i:' .. pid)) do
  local record = string.sub(id, 1, 2) == 'l:' and redis.call('GET', T .. id)
  if record then later = { string.sub(id, 3), record } end
end
local rows = redis.call('LRANGE', T .. 'o:' .. pid, 0, -1)
return {
  t[1] * 1000 + math.floor(t[2] / 1000), c, #rows, '', redis.call('GET', T .. 'm:' .. pid), 0, ticket,
  redis.call('LRANGE', T .. 'h:' .. pid, 0, -1), pid, rows, later,
}
