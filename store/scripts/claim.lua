-- claim: the most urgent ticket this member can serve, then the one waiting longest. One script: two members never get
-- the same one. Orphans (expired or erased tickets) are dropped on the way.
-- KEYS 1 q  2 watch  3 duty  4 mine:staff
-- ARGV 1 tag  2 staff id  3 alias  4 now ms  5 ",desk,desk," or ''  6 ",lang,lang," or ''  7 cap  8 cap with a HIGH
--      9 answer within ms  10 filters fall away for a HIGH after ms  11 mine ms  12 any desk
--      13 a woman ('1' | '0')  14 trained for children ('1' | '0')
-- Answer: {'ok', tid} | {'empty'} | {'cap'} | {'offduty'}
local T, staff, now = ARGV[1], ARGV[2], tonumber(ARGV[4])
if tonumber(redis.call('ZSCORE', KEYS[3], staff) or '0') <= now then return { 'offduty' } end
redis.call('ZCARD', KEYS[2])
local held, high, past, orphans, skipped, taken, dropped = 0, false, {}, {}, false, nil, nil
for _, tid in ipairs(redis.call('SMEMBERS', KEYS[4])) do
  local k = redis.call('HMGET', T .. 'k:' .. tid, 'holder', 'phase', 'band')
  if k[1] ~= staff or k[2] == 'closed' then
    past[#past + 1] = tid
  else
    held = held + 1
    high = high or k[3] == '1'
  end
end
local full = held >= tonumber(high and ARGV[8] or ARGV[7])
local function serves(list, value) return list == '' or value == '' or string.find(list, ',' .. value .. ',', 1, true) end

-- what of a ticket this member does not meet; that somebody under 18 needs who is trained for it never falls away
local function unmet(lang, desk, woman)
  local list = {}
  if not serves(ARGV[6], lang) then list[#list + 1] = 'language' end
  if not serves(ARGV[5], desk) and desk ~= ARGV[12] then list[#list + 1] = 'desk' end
  if woman == '1' and ARGV[13] ~= '1' then list[#list + 1] = 'woman' end
  return table.concat(list, ',')
end

for _, tid in ipairs(redis.call('ZRANGE', KEYS[1], 0, 999)) do
  local k = redis.call('HMGET', T .. 'k:' .. tid, 'phase', 'band', 'desk', 'lang', 'since', 'left', 'woman', 'minor')
  local urgent = k[2] == '1'
  local misses = k[1] and unmet(k[4] or '', k[3] or '', k[7])
  if not k[1] or (k[1] ~= 'waiting' and k[1] ~= 'lost') then
    orphans[#orphans + 1] = tid
  elseif k[6] and k[6] ~= '0' then -- left with 0: kept for them, offered to nobody
  elseif (k[8] ~= '1' or ARGV[14] == '1')
      and (misses == '' or urgent and now - tonumber(k[5]) >= tonumber(ARGV[10])) then
    if not full or urgent then
      taken, dropped = tid, misses
      break
    end
    skipped = true
  end
end

for _, tid in ipairs(past) do redis.call('SREM', KEYS[4], tid) end
for _, tid in ipairs(orphans) do redis.call('ZREM', KEYS[1], tid) end
if not taken then return { skipped and 'cap' or 'empty' } end
local K = T .. 'k:' .. taken
redis.call('HSET', K, 'phase', 'claimed', 'holder', staff, 'alias', ARGV[3], 'claimed', ARGV[4], 'seen', ARGV[4],
  'dropped', dropped)
redis.call('HINCRBY', K, 'rev', 1)
redis.call('ZREM', KEYS[1], taken)
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[9]), taken)
redis.call('SADD', KEYS[4], taken)
redis.call('PEXPIRE', KEYS[4], ARGV[11])
redis.call('PUBLISH', T .. 'hints', taken)
return { 'ok', taken }
