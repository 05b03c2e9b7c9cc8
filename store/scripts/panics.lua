-- panics: counts how often an update made the step panic; at the limit its sealed record is kept.
-- KEYS 1 pz:mark  2 bad     ARGV 1 record  2 limit  3 count ms  4 records kept  5 records ms
-- Answer: {1} at the limit and after | {0}
redis.call('LLEN', KEYS[2])
local n = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if n < tonumber(ARGV[2]) then return { 0 } end
if n == tonumber(ARGV[2]) then
  redis.call('RPUSH', KEYS[2], ARGV[1])
  redis.call('LTRIM', KEYS[2], -tonumber(ARGV[4]), -1)
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
return { 1 }
