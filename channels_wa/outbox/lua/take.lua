-- Token buckets for a whole batch in one step. Each message takes one token from every bucket it names, or none at all.
--
-- KEYS     the buckets
-- ARGV[1]  {"buckets": [[tokens per second, capacity, tokens if it is missing, seconds to keep], ...],
--           "asks": [[tokens to leave in the first bucket, bucket, bucket, ...], ...]}   (bucket numbers start at 1)
-- returns  {milliseconds to wait for each message (0: taken), thousandths of tokens left in each bucket}
--
-- Time is this server's, so that all processes share one clock.

local plan = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local kept = redis.call('MGET', unpack(KEYS))
local tokens = {}

for i, bucket in ipairs(plan.buckets) do
  local rate, capacity, start = bucket[1], bucket[2], bucket[3]
  tokens[i] = start
  if kept[i] then
    local held, at = string.match(kept[i], '^(%S+) (%S+)$')
    if held then
      tokens[i] = math.min(capacity, tonumber(held) + math.max(0, now - tonumber(at)) * rate)
    end
  end
end

local waits = {}
for place, ask in ipairs(plan.asks) do
  local wait = 0
  for n = 2, #ask do
    local i = ask[n]
    local needed = 1
    if n == 2 then needed = needed + ask[1] end
    if tokens[i] < needed - 0.000001 then
      wait = math.max(wait, (needed - tokens[i]) / plan.buckets[i][1])
    end
  end
  if wait == 0 then
    for n = 2, #ask do tokens[ask[n]] = tokens[ask[n]] - 1 end
  end
  waits[place] = math.ceil(wait * 1000)
end

local left = {}
for i, bucket in ipairs(plan.buckets) do
  redis.call('SET', KEYS[i], string.format('%.6f %.6f', tokens[i], now), 'EX', bucket[4])
  left[i] = math.floor(tokens[i] * 1000)
end
return {waits, left}
