-- settle: how an attempt to send the head of a lane ended; leases the next head to the same instance.
-- KEYS 1 c:pid  2 o:pid  3 h:pid  4 m:pid  5 due  6 del  7 x:pid
-- ARGV 1 tag  2 pid  3 fence  4 row  5 verdict  6 after ms  7 message id record ('' = none)
--      8 lease ms  9 held ms  10 deletion id ('' = none)  11 deletion record  12 deletion due ms  13 deletion ms
--      14 second the lease was given
-- Answer: {'stale', wiped} | {'erased'} | {'ok', wiped} | {'next', wiped, fence, row, now ms}
--         wiped 1: it went out, and its thread has been wiped since it was committed
-- Row: seq:class:not_after ms:entry:doubts:sealed
local T, pid = ARGV[1], ARGV[2]
local verdict = ARGV[5]
local c = redis.call('HMGET', KEYS[1], 'f', 't', 'u', 'v')
local head = redis.call('LINDEX', KEYS[2], 0)
local x = redis.call('GET', KEYS[7])
redis.call('LLEN', KEYS[3]); redis.call('STRLEN', KEYS[4]); redis.call('ZCARD', KEYS[5]); redis.call('ZCARD', KEYS[6])
if c[2] then redis.call('HLEN', T .. 'k:' .. c[2]) end
if ARGV[10] ~= '' then -- the provider has something to delete, whatever became of the lane
  redis.call('SET', T .. 'p:' .. ARGV[10], ARGV[11], 'PX', ARGV[13])
  redis.call('ZADD', KEYS[6], ARGV[12], ARGV[10])
end
local wiped = verdict == 'sent' and c[4] and tonumber(ARGV[4]) < tonumber(c[4]) and 1 or 0
-- SET, not APPEND: Redis doubles the room of a string it appends to, and every idle conversation has one.
local function keepID()
  local ids = ARGV[7] ~= '' and redis.call('GET', KEYS[4])
  if ids then redis.call('SET', KEYS[4], ids .. ARGV[7], 'KEEPTTL') end
end
if c[1] ~= ARGV[3] or not head or string.match(head, '^%d+') ~= ARGV[4] then
  if verdict == 'sent' and x and string.sub(x, 1, 10) >= ARGV[14] then return { 'erased' } end
  if verdict == 'sent' then keepID() end -- it did go out, so an erasure must find it
  return { 'stale', wiped }
end
local entry = string.match(head, '^%d+:%a:%d+:(%d+)') -- of the row as it stands: a move takes it out of its ticket
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local function fmt(n) return string.format('%.0f', n) end
local function tell(what)
  if entry == '0' or not c[2] then return end
  local K = T .. 'k:' .. c[2]
  if redis.call('EXISTS', K) == 1 then
    redis.call('HSET', K, 'd' .. entry, what)
    redis.call('PUBLISH', T .. 'hints', c[2])
  end
end
local class = string.match(head, '^%d+:(%a)')
if class ~= 'x' and (verdict == 'later' or verdict == 'unsure') then
  if verdict == 'unsure' then
    local a, doubts, rest = string.match(head, '^(%d+:%a:%d+:%d+):(%d+):(.*)$')
    redis.call('LSET', KEYS[2], 0, a .. ':' .. (tonumber(doubts) + 1) .. ':' .. rest)
    tell('unsure')
  end
  redis.call('HDEL', KEYS[1], 'l')
  redis.call('ZADD', KEYS[5], fmt(now + tonumber(ARGV[6])), pid)
  return { 'ok', wiped }
end
if verdict == 'unreachable' then
  redis.call('DEL', KEYS[2])
  redis.call('HDEL', KEYS[1], 'l')
  redis.call('HSET', KEYS[1], 'u', '1')
  redis.call('ZREM', KEYS[5], pid)
  tell('unreachable')
  if c[2] and redis.call('EXISTS', T .. 'k:' .. c[2]) == 1 then
    redis.call('HSET', T .. 'k:' .. c[2], 'dead', '1')
    redis.call('PUBLISH', T .. 'hints', c[2])
  end
  return { 'ok', wiped }
end
redis.call('LPOP', KEYS[2])
local doubts = tonumber(string.match(head, '^%d+:%a:%d+:%d+:(%d+)'))
if verdict == 'sent' then
  if c[3] then redis.call('HDEL', KEYS[1], 'u') end
  keepID()
  tell(doubts > 0 and 'unsure' or 'sent')
elseif verdict == 'stale' and class == 'c' and c[2] then
  redis.call('RPUSH', KEYS[3], head)
  redis.call('PEXPIRE', KEYS[3], ARGV[9])
  tell('held')
else
  if class == 'b' or class == 'p' then redis.call('HSET', KEYS[1], 'u', '1') end
  if verdict == 'later' then verdict = 'stale' end -- cancelled while it was being sent
  tell(doubts > 0 and verdict ~= 'stale' and 'unsure' or verdict) -- an earlier attempt may have arrived
end
local next = redis.call('LINDEX', KEYS[2], 0)
if not next then
  redis.call('HDEL', KEYS[1], 'l')
  redis.call('ZREM', KEYS[5], pid)
  return { 'ok', wiped }
end
local till = fmt(now + tonumber(ARGV[8]))
local fence = redis.call('HINCRBY', KEYS[1], 'f', 1)
redis.call('HSET', KEYS[1], 'l', till)
redis.call('ZADD', KEYS[5], till, pid)
return { 'next', wiped, fence, next, now }
