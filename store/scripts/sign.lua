-- sign: the holder is looking at a ticket.
-- KEYS 1 k:tid     ARGV 1 staff id  2 now ms
-- Answer: {'ok'} | {'notyours'}
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return { 'notyours' } end
redis.call('HSET', KEYS[1], 'seen', ARGV[2])
return { 'ok' }
