-- putstaff: writes an account by compare-and-set. The larger TOTP step stays, so that a used code never serves again.
-- KEYS 1 staff  2 names     ARGV 1 id  2 folded name  3 version expected (0 = none)  4 new version  5 step  6 sealed account
-- Answer: {'ok'} | {'moved'} | {'taken'}
local old = redis.call('HGET', KEYS[1], ARGV[1])
local version, step = '0', '0'
if old then version, step = string.match(old, '^(%d+):(%d+):') end
if version ~= ARGV[3] then return { 'moved' } end
local owner = redis.call('HGET', KEYS[2], ARGV[2])
if owner and owner ~= ARGV[1] then return { 'taken' } end
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  if name ~= ARGV[2] and redis.call('HGET', KEYS[2], name) == ARGV[1] then redis.call('HDEL', KEYS[2], name) end
end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[1])
if tonumber(ARGV[5]) > tonumber(step) then step = ARGV[5] end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4] .. ':' .. step .. ':' .. ARGV[6])
return { 'ok' }
