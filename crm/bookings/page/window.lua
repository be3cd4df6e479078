-- Sliding windows: an act counts in each of them, or in none if one is full.
-- KEYS: the windows; ARGV: a name for the act, then for each window its seconds and how many acts it takes.
-- Returns the milliseconds until there is room; 0: it was counted.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for place, key in ipairs(KEYS) do
  local length, most = ARGV[place * 2] * 1000, tonumber(ARGV[place * 2 + 1])
  redis.call('ZREMRANGEBYSCORE', key, 0, now - length)
  if redis.call('ZCARD', key) >= most then
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    wait = math.max(wait, (first[2] or now) + length - now)
  end
end
if wait > 0 then return wait end
for place, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('PEXPIRE', key, ARGV[place * 2] * 1000)
end
return 0
