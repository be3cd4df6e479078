-- Meta's messaging limit: so many guests of a business portfolio may be talked to first within a moving day.
--
-- KEYS[1]  the guests, by when they were talked to last; the member '' says that the set is whole (a flush removes both)
-- KEYS[2]  how many were refused since a place last became free
-- ARGV[1]  {"now": s, "window": s, "asks": [[guest, how many the set may hold], ...],
--           "load": [[guest, s], ...] to make the set whole from the database, else absent}
-- returns  {1, {milliseconds to wait for each (0: may be talked to)}}, or {0, {}}: load it first
--
-- Time is the caller's: it is the product's, which the demo can move.

local plan = cjson.decode(ARGV[1])
local guests, refused = KEYS[1], KEYS[2]

if plan.load then
  for _, row in ipairs(plan.load) do redis.call('ZADD', guests, 'GT', row[2], row[1]) end
  redis.call('ZADD', guests, -1, '')
end
if not redis.call('ZSCORE', guests, '') then return {0, {}} end
redis.call('ZREMRANGEBYSCORE', guests, 0, plan.now - plan.window)

local held = redis.call('ZCARD', guests) - 1
local waits = {}
for place, ask in ipairs(plan.asks) do
  local guest, limit = ask[1], ask[2]
  local known = redis.call('ZSCORE', guests, guest)
  if known or held < limit then
    if not known then held = held + 1 end
    redis.call('ZADD', guests, 'GT', plan.now, guest)
    waits[place] = 0
  else
    -- Each of the refused waits for a place of its own, as far as places become free within the day.
    local turn = redis.call('INCR', refused)
    local wait = plan.window
    if held > 0 then
      local first = redis.call('ZRANGE', guests, math.min(held, held - limit + turn), math.min(held, held - limit + turn), 'WITHSCORES')
      wait = tonumber(first[2]) + plan.window - plan.now
    end
    wait = math.max(1, wait)
    if turn == 1 then redis.call('EXPIRE', refused, math.ceil(wait)) end
    waits[place] = math.ceil(wait * 1000)
  end
end

redis.call('EXPIRE', guests, plan.window * 2)
return {1, waits}
