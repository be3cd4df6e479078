-- A token bucket that refills evenly. KEYS[1]: the bucket; ARGV: capacity, tokens per second.
-- Returns whether one was there, how many are left, and the milliseconds until the next one and until it is full.
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(capacity, (tonumber(kept[1]) or capacity) + (now - (tonumber(kept[2]) or now)) * rate)
local taken = tokens >= 1 and 1 or 0
tokens = tokens - taken
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / rate * 1000) + 1000)
local function wait_for(wanted)
  return math.max(0, math.ceil((wanted - tokens) / rate * 1000))
end
return { taken, math.floor(tokens), wait_for(1), wait_for(capacity) }
