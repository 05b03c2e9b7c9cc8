-- commit: one turn of a conversation, a person's or a counsellor's. Checks everything first, then only writes.
-- KEYS 1 c:pid  2 o:pid  3 h:pid  4 x:pid  5 m:pid  6 due  7 q  8 watch  9 i:pid  10 n:month  11 del
-- ARGV, in order (see commit.go, which writes them in the same order):
--   tag, pid, revision expected ('' = none), tombstone expected, anew ('1': what is there cannot be read any more and
--   goes), mark, attempt, lease ms, now ms,
--   session, wrapped key ('' = unchanged), ring, address ('' = unchanged), keep ms, undelivered ('1' | '0'),
--   cancel, release, message ids ('' = unchanged), bytes of them read, message ids ms,
--   #rows, rows..., outbox ms, #held, held..., #counters, counters..., counters ms,
--   #deletions, (id, record, due ms)..., deletion ms, lane cap,
--   first row of this turn if the thread is wiped ('' = it is not), hash of a return code ('' = as is, '-' = it has none),
--   id of the chosen time that this turn keeps ('' = none), chosen time (0 | 4, id, record, due ms, ms),
--   move (0 | 11, 1 pid behind the code, 2 its revision, 3 the code's hash, 4 its ticket ('' = none), 5 rows waiting, 6 rows
--   held and 7 bytes of message ids as they were read, 8 tombstone, 9 tombstone ms, 10 the person's own open ticket, which
--   ends ('' = none), 11 closed ms),
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
local wipe, code, called = arg(), arg(), arg()
local later, move = list(), list()
local tid, holder, act, band, ticketFor, indexFor = arg(), arg(), arg(), tonumber(arg()), arg(), arg()
local nFields, fields = tonumber(arg()), {}
for j = 1, nFields * 2 do fields[j] = arg() end
local entries = list()
local nMarks, marks = tonumber(arg()), {}
for j = 1, nMarks do marks[j] = { arg(), arg() } end

-- The move: the conversation behind a return code becomes this person's (promise 5). Its tickets and what waits there come
-- along, and the phone it was on becomes a stranger.
local function moveChecks(T, m)
  local from = m[1]
  local c = redis.call('HMGET', T .. 'c:' .. from, 'r', 'w', 't')
  if c[1] ~= m[2] or c[2] ~= m[3] or (c[3] or '') ~= m[4] then return false end
  if redis.call('LLEN', T .. 'o:' .. from) ~= tonumber(m[5]) or redis.call('LLEN', T .. 'h:' .. from) ~= tonumber(m[6])
    or redis.call('STRLEN', T .. 'm:' .. from) ~= tonumber(m[7]) then return false end
  if m[4] ~= '' and redis.call('HGET', T .. 'k:' .. m[4], 'phase') == 'live' then return false end
  for _, id in ipairs(redis.call('SMEMBERS', T .. 'i:' .. from)) do
    if string.sub(id, 1, 2) ~= 'l:' then redis.call('HLEN', T .. 'k:' .. id) end
  end
  if m[10] ~= '' then
    local holder = redis.call('HGET', T .. 'k:' .. m[10], 'holder')
    if holder and holder ~= '' then redis.call('SCARD', T .. 'mine:' .. holder) end
  end
  redis.call('LLEN', T .. 'bad')
  return true
end

-- A row's mark of delivery belongs to the ticket it was written for, and that one ends; so do its counsellor's words.
local function moveEnds(T, pid, tid, now, closedFor)
  local K = T .. 'k:' .. tid
  local holder = redis.call('HGET', K, 'holder')
  if not holder and redis.call('EXISTS', K) == 0 then return end
  redis.call('HSET', K, 'phase', 'closed', 'code', 'moved', 'closed', now)
  redis.call('HINCRBY', K, 'rev', 1)
  redis.call('PEXPIRE', K, closedFor)
  redis.call('PEXPIRE', T .. 't:' .. tid, closedFor)
  redis.call('ZREM', T .. 'q', tid)
  redis.call('ZREM', T .. 'watch', tid)
  redis.call('SREM', T .. 'mine:' .. (holder or ''), tid)
  redis.call('DEL', T .. 'h:' .. pid)
  for j, row in ipairs(redis.call('LRANGE', T .. 'o:' .. pid, 0, -1)) do
    local seq, class, untrue, rest = string.match(row, '^(%d+):(%a):(%d+):%d+(:.*)$')
    if class == 'c' then class, untrue = 'x', '0' end
    redis.call('LSET', T .. 'o:' .. pid, j - 1, seq .. ':' .. class .. ':' .. untrue .. ':0' .. rest)
  end
  redis.call('PUBLISH', T .. 'hints', tid)
end

local function moveWrites(T, m, pid, now)
  local from = m[1]
  local I, J = T .. 'i:' .. from, T .. 'i:' .. pid
  local life = math.max(redis.call('PTTL', I), redis.call('PTTL', J))
  for _, id in ipairs(redis.call('SMEMBERS', I)) do
    if string.sub(id, 1, 2) == 'l:' then -- a chosen time; commit has a new record of it, with this person's address
      redis.call('DEL', T .. id)
      redis.call('ZREM', T .. 'later', string.sub(id, 3))
    elseif redis.call('EXISTS', T .. 'k:' .. id) == 1 then
      redis.call('HSET', T .. 'k:' .. id, 'pid', pid)
      redis.call('SADD', J, id)
    end
  end
  if life > 0 then redis.call('PEXPIRE', J, life) end
  if m[10] ~= '' then moveEnds(T, pid, m[10], now, m[11]) end
  for j, record in ipairs(redis.call('LRANGE', T .. 'bad', 0, -1)) do
    if string.sub(record, 1, #from) == from then
      redis.call('LSET', T .. 'bad', j - 1, pid .. string.sub(record, #from + 1))
    end
  end
  redis.call('DEL', T .. 'c:' .. from, T .. 'o:' .. from, T .. 'h:' .. from, T .. 'm:' .. from, I, T .. 'code:' .. m[3])
  redis.call('ZREM', T .. 'due', from)
  redis.call('SET', T .. 'x:' .. from, m[8], 'PX', m[9])
end

-- 1. Checks. Nothing is written before the last of them. A key of a wrong type fails here, not half-way through.
local c = redis.call('HMGET', KEYS[1], 'r', 'd', 'l', 't', 'w')
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
if #move > 0 and not moveChecks(T, move) then return { 'moved' } end
redis.call('LLEN', KEYS[3]); redis.call('ZCARD', KEYS[6]); redis.call('ZCARD', KEYS[7]); redis.call('ZCARD', KEYS[8])
redis.call('SCARD', KEYS[9]); redis.call('HLEN', KEYS[10]); redis.call('ZCARD', KEYS[11])
local K, L = T .. 'k:' .. tid, T .. 't:' .. tid
local old = {}
if tid ~= '' then
  old = redis.call('HMGET', K, 'phase', 'holder', 'band', 'since', 'left', 'staff', 'desk')
  redis.call('LLEN', L)
  if act ~= 'open' and not old[1] then return { 'gone' } end
  if holder ~= '' and (old[2] ~= holder or old[1] == 'closed') then return { 'notyours' } end
  if act ~= 'open' and old[1] == 'closed' then return { 'moved' } end -- a clock closed it since it was read
  if old[2] and old[2] ~= '' then redis.call('SCARD', T .. 'mine:' .. old[2]) end
  redis.call('LLEN', T .. 'w:' .. (old[7] or ''))
end
if redis.call('STRLEN', KEYS[5]) ~= idsRead and wipe ~= '' then return { 'moved' } end -- one more message went out meanwhile
redis.call('ZCARD', T .. 'later')
if called ~= '' and redis.call('EXISTS', T .. 'l:' .. called) == 0 then return { 'dup' } end -- kept before, or cancelled
if code ~= '' and code ~= '-' and code ~= c[5] then
  local owner = redis.call('GET', T .. 'code:' .. code)
  if owner and owner ~= pid and owner ~= move[1] then return { 'moved' } end -- somebody has it: another is made
end
local waiting = redis.call('LLEN', KEYS[2])
local flying = tonumber(c[3] or '0') > 0 and waiting > 0
if cancel ~= '1' and #rows > 0 and waiting + #rows > cap then return { 'full' } end

-- 2. The conversation.
if anew == '1' then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
  redis.call('ZREM', KEYS[6], pid)
  flying = false
  if c[5] then redis.call('DEL', T .. 'code:' .. c[5]) end
  c[5] = nil
  if c[4] and c[4] ~= tid then
    redis.call('DEL', T .. 'k:' .. c[4], T .. 't:' .. c[4])
    redis.call('ZREM', KEYS[7], c[4]); redis.call('ZREM', KEYS[8], c[4]); redis.call('SREM', KEYS[9], c[4])
  elseif c[4] then
    redis.call('HSET', KEYS[1], 't', tid)
  end
end
if #move > 0 then
  moveWrites(T, move, pid, now)
  if tid ~= '' then redis.call('HSET', KEYS[1], 't', tid) end
end
if rev == '' or anew == '1' then -- fences begin at the clock: a lease of an erased conversation never fits a new one
  local t = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'f', string.format('%.0f', t[1] * 1e6 + t[2]))
end
redis.call('HSET', KEYS[1], 'r', tostring(tonumber(rev == '' and '0' or rev) + 1), 's', session, 'd', ring)
if wrapped ~= '' then redis.call('HSET', KEYS[1], 'k', wrapped) end
if address ~= '' then redis.call('HSET', KEYS[1], 'a', address) end
if undelivered == '1' then redis.call('HSET', KEYS[1], 'u', '1') end
if wipe ~= '' then redis.call('HSET', KEYS[1], 'v', wipe) end
if code ~= '' and code ~= (c[5] or '-') then
  if c[5] then redis.call('DEL', T .. 'code:' .. c[5]) end
  c[5] = code ~= '-' and code
  if c[5] then redis.call('HSET', KEYS[1], 'w', code) else redis.call('HDEL', KEYS[1], 'w') end
end
if c[5] then redis.call('SET', T .. 'code:' .. c[5], pid, 'PX', keep) end
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

-- 4. Counters, deletions owed to the provider, and the one chosen time.
for _, field in ipairs(counters) do redis.call('HINCRBY', KEYS[10], field, 1) end
if #counters > 0 then redis.call('PEXPIRE', KEYS[10], countersFor) end
for _, d in ipairs(deletions) do
  redis.call('SET', T .. 'p:' .. d[1], d[2], 'PX', deletionFor)
  redis.call('ZADD', KEYS[11], d[3], d[1])
end

local function lengthen(key, life)
  if redis.call('PTTL', key) < tonumber(life) then redis.call('PEXPIRE', key, life) end
end
local ends = cancel == '1' and holder == '' -- the person's 0, stop or erasure; a counsellor closing the chat ends no promise
if ends or called ~= '' or #later > 0 then
  for _, id in ipairs(redis.call('SMEMBERS', KEYS[9])) do
    if string.sub(id, 1, 2) == 'l:' and (ends or #later > 0 or id == 'l:' .. called) then
      redis.call('DEL', T .. id)
      redis.call('ZREM', T .. 'later', string.sub(id, 3))
      redis.call('SREM', KEYS[9], id)
    end
  end
end
if #later > 0 then
  redis.call('SET', T .. 'l:' .. later[1], later[2], 'PX', later[4])
  redis.call('ZADD', T .. 'later', later[3], later[1])
  redis.call('SADD', KEYS[9], 'l:' .. later[1])
  lengthen(KEYS[9], later[4])
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
  if not old[6] and old[7] and old[7] ~= '' then -- the first answer: how long it was waited for, among the desk's last 20
    local W = T .. 'w:' .. old[7]
    redis.call('LPUSH', W, string.format('%.0f:%.0f', now, now - since))
    redis.call('LTRIM', W, 0, 19)
    redis.call('PEXPIRE', W, 7200000)
  end
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
if redis.call('EXISTS', KEYS[9]) == 1 then lengthen(KEYS[9], indexFor) end
redis.call('PUBLISH', T .. 'hints', tid)
return { 'ok', fence }
