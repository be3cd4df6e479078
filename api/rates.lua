-- Sliding windows: a request counts in each of them, or in none if one is full.
-- A window is a hash of slices of a second; each holds how many came in it and when the latest did, and is forgotten
-- once that one is as old as the window is long: never more than the limit in any span of that length.
-- KEYS: the windows; ARGV: milliseconds of a window and of a slice, then how many requests each window takes.
-- Returns whether it was counted; then for each window how many are left, and the milliseconds until there is room
-- for one and until it is whole again.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local length, slice = tonumber(ARGV[1]), tonumber(ARGV[2])
local taken, seen = 1, {}
for place, key in ipairs(KEYS) do
  local limit, kept = tonumber(ARGV[place + 2]), redis.call('HGETALL', key)
  local slices, used, last = {}, 0, 0
  for at = 1, #kept, 2 do
    local count, latest = string.match(kept[at + 1], '^(%d+) (%d+)$')
    count, latest = tonumber(count), tonumber(latest)
    if latest + length <= now then
      redis.call('HDEL', key, kept[at])
    else
      slices[#slices + 1] = { latest, count }
      used, last = used + count, math.max(last, latest)
    end
  end
  local wait, over = 0, used + 1 - limit
  if over > 0 then
    taken, wait = 0, length
    table.sort(slices, function(one, other) return one[1] < other[1] end)
    for _, one in ipairs(slices) do
      over = over - one[2]
      if over <= 0 then
        wait = one[1] + length - now
        break
      end
    end
  end
  seen[place] = { limit - used, wait, last > 0 and last + length - now or 0 }
end
local answer = { taken }
for place, key in ipairs(KEYS) do
  local left, wait, whole = seen[place][1], seen[place][2], seen[place][3]
  if taken == 1 then
    local field = tostring(math.floor(now / slice))
    local before = string.match(redis.call('HGET', key, field) or '0 0', '^%d+')
    redis.call('HSET', key, field, string.format('%d %d', tonumber(before) + 1, now))
    redis.call('PEXPIRE', key, length)
    left, whole = left - 1, length
  end
  answer[#answer + 1] = math.max(0, left)
  answer[#answer + 1] = wait
  answer[#answer + 1] = whole
end
return answer
