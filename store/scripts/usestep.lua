-- usestep: raises the last TOTP step an account used (RFC 6238 section 5.2: a code serves once).
-- KEYS 1 staff     ARGV 1 id  2 step
-- Answer: {'ok'} | {'used'} | {'none'}
local old = redis.call('HGET', KEYS[1], ARGV[1])
if not old then return { 'none' } end
local version, step, sealed = string.match(old, '^(%d+):(%d+):(.*)$')
if tonumber(ARGV[2]) <= tonumber(step) then return { 'used' } end
redis.call('HSET', KEYS[1], ARGV[1], version .. ':' .. ARGV[2] .. ':' .. sealed)
return { 'ok' }
