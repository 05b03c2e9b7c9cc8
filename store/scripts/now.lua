-- now: the time of the server that holds this namespace; in a Cluster each node has its own clock.
-- KEYS 1 any of the namespace
-- Answer: {seconds, microseconds}
return redis.call('TIME')
