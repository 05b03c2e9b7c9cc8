-- commit: one turn of a conversation, a person's or a counsellor's. Checks everything first, then only writes.
-- KEYS 1 c:pid  2 o:pid  3 h:pid  4 x:pid  5 m:pid  6 due  7 q  8 watch  9 i:pid  10 n:month  11 del
-- ARGV, in order (see commit.go, which writes them in the same order):
--   tag, pid, revision expected ('' = none), mark, attempt, lease ms, now ms,
--   session, wrapped key ('' = unchanged), ring, address ('' = unchanged), keep ms, undelivered ('1' | '0'),
--   cancel, release, message ids ('' = unchanged), message ids ms, last row,
--   #rows, rows..., outbox ms, #held, held..., #counters, counters..., counters ms,
--   #deletions, (id, record, due ms)..., deletion ms, lane cap,
--   ticket id ('' = none), holder required ('' = any), act, band ('0' = as is), ticket ms, index ms,
--   #fields, (name, value)..., #entries, entries..., stale entries csv
-- Answer: {'ok', fence or 0} | {'own'} | {'dup'} | {'moved'} | {'full'} | {'notyours'} | {'gone'}
local i = 0
local function arg() i = i + 1; return ARGV[i] end
local function list() local n, out = tonumber(arg()), {}; for j = 1, n do out[j] = arg() end; return out end

local T, pid, rev, mark, attempt, lease, now = arg(), arg(), arg(), arg(), arg(), tonumber(arg()), tonumber(arg())
local session, wrapped, ring, address, keep, undelivered = arg(), arg(), arg(), arg(), arg(), arg()
local cancel, release, ids, idsFor, lastRow = arg(), arg(), arg(), arg(), arg()
local rows = list(); local outboxFor = arg()
local held = list()
local counters = list(); local countersFor = arg()
local nDel, deletions = tonumber(arg()), {}
for j = 1, nDel do deletions[j] = { arg(), arg(), arg() } end
local deletionFor, cap = arg(), tonumber(arg())
local tid, holder, act, band, ticketFor, indexFor = arg(), arg(), arg(), tonumber(arg()), arg(), arg()
local nFields, fields = tonumber(arg()), {}
for j = 1, nFields * 2 do fields[j] = arg() end
local entries = list(); local staleEntries = arg()

-- 1. Checks. Nothing is written before the last of them.
local c = redis.call('HMGET', KEYS[1], 'r', 'd', 'l', 'f')
if (c[1] or '') ~= rev then
  local d = c[2] or ''
  for j = 1, #d, 12 do
    if mark ~= '' and string.sub(d, j, j + 7) == mark then
      if string.sub(d, j + 8, j + 11) == attempt then return { 'own' } end
      return { 'dup' }
    end
  end
  local x = redis.call('GET', KEYS[4])
  if x and mark ~= '' and not c[1] then
    for j = 11, #x, 12 do
      if string.sub(x, j, j + 7) == mark then return { 'dup' } end
    end
  end
  return { 'moved' }
end
local K = T .. 'k:' .. tid
local old = {}
if tid ~= '' then
  old = redis.call('HMGET', K, 'phase', 'holder', 'band', 'since', 'unread', 'left')
  if act ~= 'open' and not old[1] then return { 'gone' } end
  if holder ~= '' and (old[2] ~= holder or old[1] == 'closed') then return { 'notyours' } end
end
local flying = tonumber(c[3] or '0') > 0 and redis.call('LLEN', KEYS[2]) > 0
if cancel ~= '1' and #rows > 0 and redis.call('LLEN', KEYS[2]) + #rows > cap then return { 'full' } end

-- 2. The conversation.
redis.call('HSET', KEYS[1], 'r', tostring(tonumber(rev == '' and '0' or rev) + 1), 's', session, 'd', ring, 'q', lastRow)
if wrapped ~= '' then redis.call('HSET', KEYS[1], 'k', wrapped) end
if address ~= '' then redis.call('HSET', KEYS[1], 'a', address) end
if undelivered == '1' then redis.call('HSET', KEYS[1], 'u', '1') end
redis.call('PEXPIRE', KEYS[1], keep)
if ids ~= '' then redis.call('SET', KEYS[5], ids, 'PX', idsFor) end

-- 3. The outbox. A row being sent at this moment stays at the head, so that order holds.
if cancel == '1' then
  if flying then redis.call('LTRIM', KEYS[2], 0, 0) else redis.call('DEL', KEYS[2]) end
  redis.call('DEL', KEYS[3])
end
if release == '1' then redis.call('DEL', KEYS[3]) end
for _, h in ipairs(held) do redis.call('RPUSH', KEYS[3], h) end
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('PEXPIRE', KEYS[3], ticketFor) end
local fence = 0
if #rows > 0 then
  local empty = redis.call('LLEN', KEYS[2]) == 0
  for _, row in ipairs(rows) do redis.call('RPUSH', KEYS[2], row) end
  redis.call('PEXPIRE', KEYS[2], outboxFor)
  if empty then
    local t = redis.call('TIME')
    local till = string.format('%.0f', t[1] * 1000 + math.floor(t[2] / 1000) + lease)
    fence = redis.call('HINCRBY', KEYS[1], 'f', 1)
    redis.call('HSET', KEYS[1], 'l', till)
    redis.call('ZADD', KEYS[6], till, pid)
  end
elseif cancel == '1' and not flying then
  redis.call('HSET', KEYS[1], 'l', '0')
  redis.call('ZREM', KEYS[6], pid)
end

-- 4. Counters and deletions owed to the provider.
for _, field in ipairs(counters) do redis.call('HINCRBY', KEYS[10], field, 1) end
if #counters > 0 then redis.call('PEXPIRE', KEYS[10], countersFor) end
for _, d in ipairs(deletions) do
  redis.call('SET', T .. 'p:' .. d[1], d[2], 'PX', deletionFor)
  redis.call('ZADD', KEYS[11], d[3], d[1])
end

-- 5. The ticket.
if tid == '' then return { 'ok', fence } end
local L = T .. 't:' .. tid
if #fields > 0 then redis.call('HSET', K, unpack(fields)) end
for _, e in ipairs(entries) do redis.call('RPUSH', L, e) end
for n in string.gmatch(staleEntries, '%d+') do redis.call('HSET', K, 'd' .. n, 'stale') end
local phase, level = old[1] or 'waiting', tonumber(old[3] or '6')
if band > 0 and (band < level or act == 'open') then
  level = band
  redis.call('HSET', K, 'band', level)
end
local function queue(since)
  redis.call('ZADD', KEYS[7], string.format('%.0f', level * 1e13 + since), tid)
end
if act == 'open' then
  redis.call('HSET', KEYS[1], 't', tid)
  redis.call('HSET', K, 'phase', 'waiting', 'since', now, 'person', now, 'unread', '1', 'left', '0')
  redis.call('SADD', KEYS[9], tid)
  queue(now)
elseif act == 'touch' or act == 'return' then
  local unread = redis.call('HINCRBY', K, 'unread', 1)
  redis.call('HSET', K, 'person', now, 'left', '0')
  if phase == 'waiting' or phase == 'lost' then
    redis.call('ZREM', KEYS[8], tid)
    queue(phase == 'lost' and tonumber(old[4]) / 1000 or tonumber(old[4]))
  elseif phase == 'live' and unread == 1 then
    redis.call('ZADD', KEYS[8], now + 600000, tid)
  end
elseif act == 'leave' then
  redis.call('HSET', K, 'left', now)
  redis.call('ZADD', KEYS[8], now + 1800000, tid)
elseif act == 'answer' then
  redis.call('HSET', K, 'phase', 'live', 'staff', now, 'seen', now, 'unread', '0')
  redis.call('ZREM', KEYS[8], tid)
elseif act == 'requeue' then
  redis.call('HSET', K, 'phase', phase == 'live' and 'lost' or 'waiting', 'holder', '', 'alias', '')
  redis.call('SREM', T .. 'mine:' .. old[2], tid)
  redis.call('ZREM', KEYS[8], tid)
  queue(tonumber(old[4]) / 1000)
elseif act == 'close' then
  redis.call('HSET', K, 'phase', 'closed', 'closed', now)
  redis.call('HDEL', KEYS[1], 't')
  redis.call('SREM', T .. 'mine:' .. (old[2] or ''), tid)
  redis.call('ZREM', KEYS[7], tid)
  redis.call('ZREM', KEYS[8], tid)
end
redis.call('HINCRBY', K, 'rev', 1)
redis.call('PEXPIRE', K, ticketFor)
if redis.call('EXISTS', L) == 1 then redis.call('PEXPIRE', L, ticketFor) end
if redis.call('EXISTS', KEYS[9]) == 1 then redis.call('PEXPIRE', KEYS[9], indexFor) end
redis.call('PUBLISH', T .. 'hints', tid)
return { 'ok', fence }
