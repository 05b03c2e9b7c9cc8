-- due: leases lanes whose time has come, by Redis's own clock. An expired lease means that an earlier attempt may have
-- reached the provider: its row counts one doubt more.
-- KEYS 1 due     ARGV 1 tag  2 lease ms  3 at most
-- Answer: list of {pid, fence, row, address, wrapped key, doubt 0|1, now ms, wrapped key of the message ids}
local T, found, out = ARGV[1], {}, {}
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local till = string.format('%.0f', now + tonumber(ARGV[2]))
for j, pid in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[3])) do
  found[j] = {
    pid, redis.call('LINDEX', T .. 'o:' .. pid, 0), redis.call('HMGET', T .. 'c:' .. pid, 'a', 'k', 'l'),
    redis.call('GETRANGE', T .. 'm:' .. pid, 0, 74),
  }
end
for _, f in ipairs(found) do
  local pid, head, c = f[1], f[2], f[3]
  local C, O = T .. 'c:' .. pid, T .. 'o:' .. pid
  if not head or not c[2] then
    redis.call('DEL', O)
    if c[2] then redis.call('HDEL', C, 'l') end
    redis.call('ZREM', KEYS[1], pid)
  else
    local doubt = tonumber(c[3] or '0') > 0 and 1 or 0
    if doubt == 1 then
      local a, doubts, rest = string.match(head, '^(%d+:%a:%d+:%d+):(%d+):(.*)$')
      head = a .. ':' .. (tonumber(doubts) + 1) .. ':' .. rest
      redis.call('LSET', O, 0, head)
    end
    local fence = redis.call('HINCRBY', C, 'f', 1)
    redis.call('HSET', C, 'l', till)
    redis.call('ZADD', KEYS[1], till, pid)
    out[#out + 1] = { pid, fence, head, c[1], c[2], doubt, now, f[4] }
  end
end
return out
