-- One step of one circuit breaker. KEYS[1] is its key; ARGV[1] the action; ARGV[2] its arguments as JSON.
-- Times are milliseconds since 1970, by the server's own clock unless the caller gives `now`.
-- The state is one JSON value. It lapses at `forget_at`, whether or not the server has removed it by then.

local key, action, given = KEYS[1], ARGV[1], cjson.decode(ARGV[2])

local function server_time()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local now = given.now or server_time()

local stored = redis.call('GET', key)
local breaker = stored and cjson.decode(stored)
if not breaker or (breaker.forget_at and now >= breaker.forget_at) then
  breaker = {open = false, openings = 0, buckets = {}}
end
if breaker.trip and breaker.trip.ends_at and now >= breaker.trip.ends_at then
  breaker.trip = nil
end

local bucket = math.floor(now / given.bucket_ms)

local function name_of(number)
  return string.format('%.0f', number)
end

-- The failures and the successes of the window.
local function sums()
  local failures, successes = 0, 0
  for name, counts in pairs(breaker.buckets) do
    if tonumber(name) <= bucket - given.buckets then
      breaker.buckets[name] = nil
    else
      failures, successes = failures + counts[1], successes + counts[2]
    end
  end
  return failures, successes
end

local function count(index)
  local counts = breaker.buckets[name_of(bucket)] or {0, 0}
  counts[index] = counts[index] + 1
  breaker.buckets[name_of(bucket)] = counts
end

local function state()
  if breaker.trip then return 'open' end
  if not breaker.open then return 'closed' end
  return now < breaker.retry_at and 'open' or 'half_open'
end

-- Whether somebody else's probe is under way.
local function taken()
  return breaker.permit ~= nil and breaker.permit ~= given.token and now < breaker.permit_until
end

local function open()
  if not breaker.open then
    if not breaker.closed_at or now - breaker.closed_at >= given.calm_ms then breaker.openings = 0 end
    breaker.opened_at = now
  end
  breaker.openings = math.min(breaker.openings + 1, 30)
  local pause = math.min(given.longest_ms, given.first_ms * 2 ^ (breaker.openings - 1)) * given.jitter
  breaker.open, breaker.retry_at = true, now + math.max(math.floor(pause), given.retry_after_ms)
  breaker.permit, breaker.permit_until = nil, nil
end

local function close()
  breaker.open, breaker.opened_at, breaker.retry_at, breaker.closed_at = false, nil, nil, now
  breaker.permit, breaker.permit_until, breaker.buckets = nil, nil, {}
end

local function save()
  if breaker.trip and not breaker.trip.ends_at then
    breaker.forget_at = nil
    redis.call('SET', key, cjson.encode(breaker))
    return
  end
  local until_then = math.max(now, breaker.retry_at or 0, breaker.permit_until or 0)
  if breaker.trip then until_then = math.max(until_then, breaker.trip.ends_at) end
  breaker.forget_at = until_then + given.forget_ms
  redis.call('SET', key, cjson.encode(breaker), 'PX', name_of(breaker.forget_at - now))
end

local actions = {}

function actions.read()
  return false
end

function actions.admit()
  local found = state()
  if found == 'closed' then return true end
  if found == 'open' or taken() then return false end
  breaker.permit, breaker.permit_until = given.token, now + given.permit_ms
  save()
  return true
end

function actions.succeed()
  if breaker.open and breaker.permit == given.token then
    close()
    save()
  elseif sums() > 0 then
    count(2)
    save()
  end
  return false
end

function actions.fail()
  local probed = breaker.open and breaker.permit == given.token
  count(1)
  local failures, successes = sums()
  local too_many = failures >= given.failures and failures >= successes
  if probed or (not breaker.open and (too_many or given.retry_after_ms > given.window_ms)) then open() end
  save()
  return false
end

function actions.abandon()
  if breaker.permit == given.token then
    breaker.permit, breaker.permit_until = nil, nil
    save()
  end
  return false
end

function actions.trip()
  breaker.trip = {by = given.by, at = now}
  if given.trip_ms then breaker.trip.ends_at = now + given.trip_ms end
  save()
  return false
end

function actions.reset()
  redis.call('DEL', key)
  breaker = {open = false, openings = 0, buckets = {}}
  return false
end

local before = state()
local admitted = actions[action]()
local trip = breaker.trip or {}
return {
  before,
  state(),
  admitted and 1 or 0,
  (sums()),
  taken() and 1 or 0,
  now,
  breaker.trip and trip.at or breaker.opened_at or 0,
  (breaker.trip and (trip.ends_at or 0)) or breaker.retry_at or 0,
  trip.by or '',
}
