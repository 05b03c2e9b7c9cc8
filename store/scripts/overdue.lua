-- overdue: the clocks of DESIGN.md section 5. Nothing is sent; state changes only.
-- KEYS 1 watch  2 q     ARGV 1 tag  2 now ms  3 answer within ms  4 sign within ms  5 left for ms  6 at most  7 closed ms
-- Answer: {'ok', how many changed}
local T, now = ARGV[1], tonumber(ARGV[2])
local answer, sign, left, n = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), 0
for _, tid in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[2], 'LIMIT', 0, ARGV[6])) do
  local K = T .. 'k:' .. tid
  local k = redis.call('HMGET', K, 'phase', 'claimed', 'seen', 'unread', 'left', 'holder', 'since', 'band', 'pid', 'person')
  local phase, gone = k[1], tonumber(k[5] or '0')
  local back = false
  redis.call('ZREM', KEYS[1], tid)
  if not phase or phase == 'closed' then
    -- an orphan
  elseif gone > 0 and (phase == 'waiting' or phase == 'lost') then
    if now - gone < left then
      redis.call('ZADD', KEYS[1], gone + left, tid)
    elseif k[8] ~= '1' then -- a HIGH stays visible to staff as "left"
      redis.call('HSET', K, 'phase', 'closed', 'code', 'left', 'closed', ARGV[2])
      redis.call('HDEL', T .. 'c:' .. k[9], 't')
      redis.call('ZREM', KEYS[2], tid)
      redis.call('PEXPIRE', K, ARGV[7])
      if redis.call('EXISTS', T .. 't:' .. tid) == 1 then redis.call('PEXPIRE', T .. 't:' .. tid, ARGV[7]) end
      n = n + 1
    end
  elseif phase == 'claimed' then
    back = now - tonumber(k[2]) >= answer
    if not back then redis.call('ZADD', KEYS[1], tonumber(k[2]) + answer, tid) end
  elseif phase == 'live' and tonumber(k[4]) > 0 then
    local since = math.max(tonumber(k[3] or '0'), tonumber(k[10] or '0'))
    back = now - since >= sign
    if not back then redis.call('ZADD', KEYS[1], since + sign, tid) end
  end
  if back then
    redis.call('HSET', K, 'phase', phase == 'live' and 'lost' or 'waiting', 'holder', '', 'alias', '')
    redis.call('SREM', T .. 'mine:' .. k[6], tid)
    redis.call('ZADD', KEYS[2], string.format('%.0f', tonumber(k[8]) * 1e13 + tonumber(k[7]) / 1000), tid)
    n = n + 1
  end
  redis.call('HINCRBY', K, 'rev', 1)
  if not phase then redis.call('DEL', K) end
  redis.call('PUBLISH', T .. 'hints', tid)
end
return { 'ok', n }
