-- erase: everything of one person goes, a tombstone stays. Checks first.
-- KEYS 1 c:pid  2 o:pid  3 h:pid  4 x:pid  5 m:pid  6 i:pid  7 due  8 q  9 watch  10 del  11 shred  12 n:month
-- ARGV 1 tag  2 pid  3 revision expected  4 tombstone  5 tombstone ms  6 shred ms  7 counters ms  8 deletion ms
--      9 #counters, counters..., #deletions, (id, record, due ms)...
-- Answer: {'ok'} | {'moved'}
local T, pid = ARGV[1], ARGV[2]
if (redis.call('HGET', KEYS[1], 'r') or '') ~= ARGV[3] then return { 'moved' } end
local i = 8
local function arg() i = i + 1; return ARGV[i] end
local function list() local n, out = tonumber(arg()), {}; for j = 1, n do out[j] = arg() end; return out end
local counters = list()
local nDel = tonumber(arg())
for _ = 1, nDel do
  local id, record, due = arg(), arg(), arg()
  redis.call('SET', T .. 'p:' .. id, record, 'PX', ARGV[8])
  redis.call('ZADD', KEYS[10], due, id)
end
for _, tid in ipairs(redis.call('SMEMBERS', KEYS[6])) do
  local holder = redis.call('HGET', T .. 'k:' .. tid, 'holder')
  if holder and holder ~= '' then redis.call('SREM', T .. 'mine:' .. holder, tid) end
  redis.call('DEL', T .. 'k:' .. tid, T .. 't:' .. tid)
  redis.call('ZREM', KEYS[8], tid)
  redis.call('ZREM', KEYS[9], tid)
  redis.call('PUBLISH', T .. 'hints', tid)
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[6])
redis.call('ZREM', KEYS[7], pid)
redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5])
redis.call('SET', KEYS[11], '1', 'PX', ARGV[6], 'NX')
for _, field in ipairs(counters) do redis.call('HINCRBY', KEYS[12], field, 1) end
if #counters > 0 then redis.call('PEXPIRE', KEYS[12], ARGV[7]) end
return { 'ok' }
