-- Move numbers that are known; one that is missing stays so, and is read from the database by whoever asks next.
-- KEYS: the numbers; ARGV: how much is added to each. Returns what each is now, -1 for a missing one.
local now = {}
for place, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then
    now[place] = redis.call('INCRBY', key, ARGV[place])
  else
    now[place] = -1
  end
end
return now
