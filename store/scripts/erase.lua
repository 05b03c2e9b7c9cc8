-- erase: everything of one person goes, a tombstone stays. Checks first.
-- KEYS 1 c:pid  2 o:pid  3 h:pid  4 x:pid  5 m:pid  6 i:pid  7 due  8 q  9 watch  10 del  11 shred  12 n:month  13 bad
-- ARGV 1 tag  2 pid  3 revision expected  4 tombstone  5 tombstone ms  6 shred ms  7 counters ms  8 deletion ms
--      9 tombstone expected  10 mark  11 bytes of message ids read  12 #counters, counters..., #deletions, (id, record, due ms)...
-- Answer: {'ok'} | {'dup'} | {'moved'}
local T, pid = ARGV[1], ARGV[2]
local c = redis.call('HMGET', KEYS[1], 'r', 'w')
local rev, code = c[1] or '', c[2]
local x = redis.call('GET', KEYS[4]) or ''
if rev == '' then
  for j = 11, #x, 11 do
    if string.sub(x, j, j + 7) == ARGV[10] then return { 'dup' } end
  end
end
if rev ~= ARGV[3] or (rev == '' and x ~= ARGV[9]) then return { 'moved' } end
if redis.call('STRLEN', KEYS[5]) ~= tonumber(ARGV[11]) then return { 'moved' } end -- one more message went out meanwhile
redis.call('ZCARD', KEYS[7]); redis.call('ZCARD', KEYS[8]); redis.call('ZCARD', KEYS[9]); redis.call('ZCARD', KEYS[10])
redis.call('HLEN', KEYS[12]); redis.call('ZCARD', T .. 'later')
local tickets, holders, chosen = {}, {}, {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[6])) do
  if string.sub(id, 1, 2) == 'l:' then
    chosen[#chosen + 1] = string.sub(id, 3)
  else
    local holder = redis.call('HGET', T .. 'k:' .. id, 'holder')
    if holder and holder ~= '' then
      redis.call('SCARD', T .. 'mine:' .. holder)
      holders[id] = holder
    end
    tickets[#tickets + 1] = id
  end
end
local bad = redis.call('LRANGE', KEYS[13], 0, -1)
local i = 11
local function arg() i = i + 1; return ARGV[i] end
local function list() local n, out = tonumber(arg()), {}; for j = 1, n do out[j] = arg() end; return out end
local counters = list()
local nDel = tonumber(arg())

for _ = 1, nDel do
  local id, record, due = arg(), arg(), arg()
  redis.call('SET', T .. 'p:' .. id, record, 'PX', ARGV[8])
  redis.call('ZADD', KEYS[10], due, id)
end
for _, tid in ipairs(tickets) do
  if holders[tid] then redis.call('SREM', T .. 'mine:' .. holders[tid], tid) end
  redis.call('DEL', T .. 'k:' .. tid, T .. 't:' .. tid)
  redis.call('ZREM', KEYS[8], tid)
  redis.call('ZREM', KEYS[9], tid)
  redis.call('PUBLISH', T .. 'hints', tid)
end
for _, id in ipairs(chosen) do
  redis.call('DEL', T .. 'l:' .. id)
  redis.call('ZREM', T .. 'later', id)
end
if code then redis.call('DEL', T .. 'code:' .. code) end
for _, record in ipairs(bad) do
  if string.sub(record, 1, #pid) == pid then redis.call('LREM', KEYS[13], 0, record) end
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[6])
redis.call('ZREM', KEYS[7], pid)
redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5])
redis.call('SET', KEYS[11], '1', 'PX', ARGV[6], 'NX')
for _, field in ipairs(counters) do redis.call('HINCRBY', KEYS[12], field, 1) end
if #counters > 0 then redis.call('PEXPIRE', KEYS[12], ARGV[7]) end
return { 'ok' }
