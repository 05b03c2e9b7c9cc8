-- commit: one turn of a conversation, a person's or a counsellor's. Checks everything first, then only writes.
-- KEYS 1 c:pid  2 o:pid  3 h:pid  4 x:pid  5 m:pid  6 due  7 q  8 watch  9 i:pid  10 n:month  11 del
-- ARGV, in order (see commit.go, which writes them in the same order):
--   tag, pid, revision expected ('' = none), tombstone expected, anew ('1': what is there cannot be read any more and
--   goes), mark, attempt, lease ms, now ms,
--   session, wrapped key ('' = unchanged), ring, address ('' = unchanged), keep ms, undelivered ('1' | '0'),
--   cancel, release, message ids ('' = unchanged), bytes of them read, message ids ms,
--   #rows, rows..., outbox ms, #held, held..., #counters, counters..., counters ms,
--   #deletions, (id, record, due ms)..., deletion ms, lane cap,
--   ticket id ('' = none), holder required ('' = any), act, band ('0' = as is), ticket ms, index ms,
--   #fields, (name, value)..., #entries, entries..., #deliveries, (entry, what became of it)...
-- Answer: {'ok', fence or 0} | {'own'} | {'dup'} | {'moved'} | {'full'} | {'notyours'} | {'gone'}
local i = 0
local function arg() i = i + 1; return ARGV[i] end
local function list() local n, out = tonumber(arg()), {}; for j = 1, n do out[j] = arg() end; return out end

local T, pid, rev, stone, anew = arg(), arg(), arg(), arg(), arg()
local mark, attempt, lease, now = arg(), arg(), tonumber(arg()), tonumber(arg())
local session, wrapped, ring, address, keep, undelivered = arg(), arg(), arg(), arg(), arg(), arg()
local cancel, release, ids, idsRead, idsFor = arg(), arg(), arg(), tonumber(arg()), arg()
local rows = list(); local outboxFor = arg()
local held = list()
local counters = list(); local countersFor = arg()
local nDel, deletions = tonumber(arg()), {}
for j = 1, nDel do deletions[j] = { arg(), arg(), arg() } end
local deletionFor, cap = arg(), tonumber(arg())
local tid, holder, act, band, ticketFor, indexFor = arg(), arg(), arg(), tonumber(arg()), arg(), arg()
local nFields, fields = tonumber(arg()), {}
for j = 1, nFields * 2 do fields[j] = arg() end
local entries = list()
local nMarks, marks = tonumber(arg()), {}
for j = 1, nMarks do marks[j] = { arg(), arg() } end

-- 1. Checks. Nothing is written before the last of them. A key of a wrong type fails here, not half-way through.
local c = redis.call('HMGET', KEYS[1], 'r', 'd', 'l', 't')
local x = redis.call('GET', KEYS[4]) or ''
local function known(marked, from)
  for j = from, #marked, 11 do
    if mark ~= '' and string.sub(marked, j, j + 7) == mark then
      return { string.sub(marked, j + 8, j + 10) == attempt and 'own' or 'dup' }
    end
  end
end
if not c[1] then
  local seen = known(x, 11)
  if seen then return seen end
end
if (c[1] or '') ~= rev or (rev == '' and x ~= stone) then
  return known(c[2] or '', 1) or { 'moved' }
end
redis.call('LLEN', KEYS[3]); redis.call('ZCARD', KEYS[6]); redis.call('ZCARD', KEYS[7]); redis.call('ZCARD', KEYS[8])
redis.call('SCARD', KEYS[9]); redis.call('HLEN', KEYS[10]); redis.call('ZCARD', KEYS[11])
local K, L = T .. 'k:' .. tid, T .. 't:' .. tid
local old = {}
if tid ~= '' then
  old = redis.call('HMGET', K, 'phase', 'holder', 'band', 'since', 'left')
  redis.call('LLEN', L)
  if act ~= 'open' and not old[1] then return { 'gone' } end
  if holder ~= '' and (old[2] ~= holder or old[1] == 'closed') then return { 'notyours' } end
  if act ~= 'open' and old[1] == 'closed' then return { 'moved' } end -- a clock closed it since it was read
  if old[2] and old[2] ~= '' then redis.call('SCARD', T .. 'mine:' .. old[2]) end
end
redis.call('STRLEN', KEYS[5])
local waiting = redis.call('LLEN', KEYS[2])
local flying = tonumber(c[3] or '0') > 0 and waiting > 0
if cancel ~= '1' and #rows > 0 and waiting + #rows > cap then return { 'full' } end

-- 2. The conversation.
if anew == '1' then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
  redis.call('ZREM', KEYS[6], pid)
  flying = false
  if c[4] and c[4] ~= tid then
    redis.call('DEL', T .. 'k:' .. c[4], T .. 't:' .. c[4])
    redis.call('ZREM', KEYS[7], c[4]); redis.call('ZREM', KEYS[8], c[4]); redis.call('SREM', KEYS[9], c[4])
  elseif c[4] then
    redis.call('HSET', KEYS[1], 't', tid)
  end
end
if rev == '' or anew == '1' then -- fences begin at the clock: a lease of an erased conversation never fits a new one
  local t = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'f', string.format('%.0f', t[1] * 1e6 + t[2]))
end
redis.call('HSET', KEYS[1], 'r', tostring(tonumber(rev == '' and '0' or rev) + 1), 's', session, 'd', ring)
if wrapped ~= '' then redis.call('HSET', KEYS[1], 'k', wrapped) end
if address ~= '' then redis.call('HSET', KEYS[1], 'a', address) end
if undelivered == '1' then redis.call('HSET', KEYS[1], 'u', '1') end
redis.call('PEXPIRE', KEYS[1], keep)
if ids ~= '' then -- with what a settle has added since they were read
  redis.call('SET', KEYS[5], ids .. redis.call('GETRANGE', KEYS[5], idsRead, -1), 'PX', idsFor)
end

-- 3. The outbox. A row being sent at this moment stays at the head, so that order holds.
if cancel == '1' then
  if flying then -- class x, never true again: if this attempt fails there is no other
    local seq, rest = string.match(redis.call('LINDEX', KEYS[2], 0), '^(%d+):%a:%d+(:.*)$')
    redis.call('LTRIM', KEYS[2], 0, 0)
    redis.call('LSET', KEYS[2], 0, seq .. ':x:0' .. rest)
  else
    redis.call('DEL', KEYS[2])
  end
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
  redis.call('HDEL', KEYS[1], 'l')
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
if #fields > 0 then redis.call('HSET', K, unpack(fields)) end
for _, e in ipairs(entries) do redis.call('RPUSH', L, e) end
for _, m in ipairs(marks) do redis.call('HSET', K, 'd' .. m[1], m[2]) end
local phase, level = old[1] or 'waiting', tonumber(old[3] or '6')
if band > 0 and (band < level or act == 'open') then
  level = band
  redis.call('HSET', K, 'band', level, 'raised', now)
end
local function queue(since)
  redis.call('ZADD', KEYS[7], string.format('%.0f', level * 1e13 + since), tid)
end
local since, left = tonumber(old[4] or '0'), tonumber(old[5] or '0')
if act == 'open' then
  redis.call('HSET', KEYS[1], 't', tid)
  redis.call('HSET', K, 'phase', 'waiting', 'since', now, 'person', now, 'unread', '1', 'asked', now,
    'left', '0')
  redis.call('SADD', KEYS[9], tid)
  queue(now)
elseif act == 'touch' or act == 'return' then
  local unread = redis.call('HINCRBY', K, 'unread', 1)
  redis.call('HSET', K, 'person', now, 'left', '0', 'dead', '0')
  if unread == 1 then redis.call('HSET', K, 'asked', now) end
  if phase == 'waiting' or phase == 'lost' then
    redis.call('ZREM', KEYS[8], tid)
    local at = tonumber(redis.call('ZSCORE', KEYS[7], tid) or '0') % 1e13 -- a place at the head is kept
    queue(at > 0 and at or since)
  elseif phase == 'live' and unread == 1 then
    redis.call('ZADD', KEYS[8], now + 600000, tid)
  end
elseif act == 'leave' then
  redis.call('HSET', K, 'left', now)
  if phase == 'waiting' or phase == 'lost' then redis.call('ZADD', KEYS[8], now + 1800000, tid) end
elseif act == 'answer' then
  redis.call('HSET', K, 'phase', 'live', 'staff', now, 'seen', now, 'unread', '0')
  redis.call('ZREM', KEYS[8], tid)
  redis.call('PEXPIRE', T .. 'mine:' .. old[2], ticketFor)
elseif act == 'requeue' then
  redis.call('HSET', K, 'phase', phase == 'live' and 'lost' or 'waiting', 'holder', '', 'alias', '')
  redis.call('SREM', T .. 'mine:' .. old[2], tid)
  if left > 0 then redis.call('ZADD', KEYS[8], left + 1800000, tid) else redis.call('ZREM', KEYS[8], tid) end
  queue(since / 1000)
elseif act == 'close' then
  redis.call('HSET', K, 'phase', 'closed', 'closed', now)
  redis.call('HDEL', KEYS[1], 't')
  redis.call('DEL', KEYS[3])
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
