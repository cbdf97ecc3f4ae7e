/**
 * What the scripts of the ring share. All of them begin with the same KEYS and ARGV:
 *
 *   KEYS  [1] channel changes, [2] ring, [3] placements, [4] loads, [5] moves, [6] refusals, [7] controller,
 *         [8] controller-token, [9] ring-history
 *   ARGV  [1] what stands before a node in `placed:NODE`, [2] now in Unix milliseconds, [3] token of a controller, empty
 *         for anybody else
 *
 * A script checks first and writes then: Redis takes nothing back when one fails half-way. So it decodes with
 * tolerance, and what is no record of ours counts as not there.
 *
 * Invariants that all keep together: `loads` has for each node the cost of the placements that name it as replica or
 * as `to` of a move, and no zeros; `placed:NODE` names the same streams; a planned move starts at a node that runs the
 * stream, or soon will.
 */

export const RING_PRELUDE = `
local NOW = tonumber(ARGV[2])
local function changed(word) redis.call('PUBLISH', KEYS[1], word) end
local function decode(json)
  if not json then return nil end
  local fine, value = pcall(cjson.decode, json)
  if fine and type(value) == 'table' then return value end
  return nil
end
-- A number as scripts can count with; 0 for anything else, infinity too.
local function number(text)
  local value = tonumber(text or '')
  if value and value > -2^53 and value < 2^53 then return value end
  return 0
end
local function whole(value) return string.format('%.0f', value) end
local function has(names, wanted)
  for _, name in ipairs(names) do if name == wanted then return true end end
  return false
end

-- A lease counts beside the counter: after a loss of the store the counter may be behind a token that is still out.
local function superseded()
  if ARGV[3] == '' then return false end
  local token = tonumber(ARGV[3])
  if number(redis.call('GET', KEYS[8])) > token then return true end
  local lease = decode(redis.call('GET', KEYS[7]))
  return lease ~= nil and type(lease.token) == 'number' and lease.token ~= token
end

-- The ring of 300 nodes is 30 kB, and placing needs its epoch alone.
local function ringEpoch()
  local epoch = string.match(redis.call('GETRANGE', KEYS[2], 0, 63), '^{"version":1,"epoch":(%d+)[,}]')
  if epoch then return tonumber(epoch) end
  local ring = decode(redis.call('GET', KEYS[2]))
  return ring and number(ring.epoch) or 0
end

local function loadOf(node) return number(redis.call('HGET', KEYS[4], node)) end
local function addLoad(node, cost)
  local load = loadOf(node) + cost
  if load > 0 then redis.call('HSET', KEYS[4], node, whole(load)) else redis.call('HDEL', KEYS[4], node) end
end
local function mark(node, stream, as) redis.call('HSET', ARGV[1] .. node, stream, as) end
local function leave(node, stream, cost)
  addLoad(node, -cost)
  redis.call('HDEL', ARGV[1] .. node, stream)
  redis.call('HDEL', KEYS[5], stream .. ' ' .. node)
end

local function readPlacement(stream)
  local record = decode(redis.call('HGET', KEYS[3], stream))
  if not record or number(record.cost) < 1 or type(record.replicas) ~= 'table' then return nil end
  for _, node in ipairs(record.replicas) do if type(node) ~= 'string' then return nil end end
  local move = record.move
  if type(move) ~= 'table' or type(move.from) ~= 'string' or type(move.to) ~= 'string' then record.move = nil end
  return record
end

-- By hand, because cjson writes an empty list as {}.
local function writePlacement(stream, record)
  local replicas, move = '[]', 'null'
  if #record.replicas > 0 then replicas = cjson.encode(record.replicas) end
  if record.move then
    move = string.format('{"from":%s,"to":%s,"why":%s,"startedMs":%s}', cjson.encode(record.move.from),
      cjson.encode(record.move.to), cjson.encode(record.move.why or 'home'), whole(number(record.move.startedMs)))
  end
  local json = string.format(
    '{"version":1,"stream":%s,"cost":%s,"region":%s,"epoch":%s,"replicas":%s,"move":%s,"createdMs":%s}',
    cjson.encode(stream), whole(record.cost), cjson.encode(record.region or ''), whole(number(record.epoch)),
    replicas, move, whole(record.createdMs and number(record.createdMs) or NOW))
  redis.call('HSET', KEYS[3], stream, json)
  return json
end
`;
