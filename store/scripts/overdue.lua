-- overdue: the clocks of DESIGN.md section 5. Nothing is sent; state changes only.
-- KEYS 1 watch  2 q     ARGV 1 tag  2 now ms  3 answer within ms  4 sign within ms  5 left for ms  6 at most  7 closed ms
--      8 conversation ms after a close
-- Answer: {'ok', how many changed}
local T, now = ARGV[1], tonumber(ARGV[2])
local answer, sign, left, n = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), 0
local found = {}
redis.call('ZCARD', KEYS[2])
for j, tid in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[6])) do
  local k = redis.call('HMGET', T .. 'k:' .. tid, 'phase', 'claimed', 'seen', 'unread', 'left', 'holder', 'since', 'band',
    'pid', 'asked')
  redis.call('LLEN', T .. 't:' .. tid)
  if k[9] then
    redis.call('HLEN', T .. 'c:' .. k[9]); redis.call('LLEN', T .. 'h:' .. k[9]); redis.call('SCARD', T .. 'i:' .. k[9])
    if k[6] and k[6] ~= '' then redis.call('SCARD', T .. 'mine:' .. k[6]) end
  end
  found[j] = { tid, k }
end

local function changed(tid)
  n = n + 1
  redis.call('HINCRBY', T .. 'k:' .. tid, 'rev', 1)
  redis.call('PUBLISH', T .. 'hints', tid)
end

-- The place of somebody who left has been kept long enough. A HIGH stays visible to staff as "left".
local function close(tid, k)
  local K, C = T .. 'k:' .. tid, T .. 'c:' .. k[9]
  redis.call('HSET', K, 'phase', 'closed', 'code', 'left', 'closed', ARGV[2])
  redis.call('ZREM', KEYS[2], tid)
  for _, key in ipairs({ K, T .. 't:' .. tid, T .. 'i:' .. k[9] }) do
    local life = redis.call('PTTL', key)
    if life > 0 and life < tonumber(ARGV[7]) then redis.call('PEXPIRE', key, ARGV[7]) end
  end
  if redis.call('HGET', C, 't') == tid then
    redis.call('HDEL', C, 't')
    redis.call('DEL', T .. 'h:' .. k[9])
    -- Where a return code was given the person means to come back.
    if redis.call('PTTL', C) > tonumber(ARGV[8]) and not redis.call('HGET', C, 'w') then redis.call('PEXPIRE', C, ARGV[8]) end
  end
  changed(tid)
end

-- Back to the head of its band, silently; the wait still counts.
local function back(tid, k)
  redis.call('HSET', T .. 'k:' .. tid, 'phase', k[1] == 'live' and 'lost' or 'waiting', 'holder', '', 'alias', '')
  redis.call('SREM', T .. 'mine:' .. k[6], tid)
  redis.call('ZADD', KEYS[2], string.format('%.0f', tonumber(k[8]) * 1e13 + tonumber(k[7]) / 1000), tid)
  changed(tid)
end

for _, f in ipairs(found) do
  local tid, k, again = f[1], f[2], nil
  local phase, gone = k[1], tonumber(k[5] or '0')
  local signed = math.max(tonumber(k[3] or '0'), tonumber(k[10] or '0')) + sign
  if phase == 'waiting' or phase == 'lost' then
    if gone > 0 and now - gone < left then
      again = gone + left
    elseif gone > 0 and k[8] ~= '1' then
      close(tid, k)
    end
  elseif phase == 'claimed' and now - tonumber(k[2]) < answer then
    again = tonumber(k[2]) + answer
  elseif phase == 'live' and tonumber(k[4]) > 0 and now < signed then
    again = signed
  elseif phase == 'claimed' or phase == 'live' and tonumber(k[4]) > 0 then
    back(tid, k)
    if gone > 0 then again = gone + left end
  end
  if again then redis.call('ZADD', KEYS[1], again, tid) else redis.call('ZREM', KEYS[1], tid) end
end
return { 'ok', n }
