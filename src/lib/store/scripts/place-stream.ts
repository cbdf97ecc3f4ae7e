/** Placing a stream. KEYS and ARGV begin as prelude.ts says. */
import { RING_PRELUDE } from './prelude.ts';

/** What stands in ARGV before the regions. */
export const PLACE_ARGUMENTS = 11;

/** ring/bounded-load.ts in Lua: the same arithmetic in the same order, so that both choose alike to the last bit. */
const CHOOSE = `
local ROUNDING = 1 - 1e-12
local cost, balance = tonumber(ARGV[5]), tonumber(ARGV[8])
local regions, takenHosts, takenRegions = {}, {}, {}
local function regionAt(at)
  if regions[at] then return regions[at] end
  local raw = cjson.decode(ARGV[${PLACE_ARGUMENTS} + at])
  regions[at] = { name = raw[1], totalWeight = raw[2], names = raw[3], hosts = raw[4], weights = raw[5],
    capacities = raw[6], otherNames = raw[7], otherHosts = raw[8] }
  return regions[at]
end
local function locate(node)
  for at = 1, #ARGV - ${PLACE_ARGUMENTS} do
    local region = regionAt(at)
    for i, name in ipairs(region.names) do if name == node then return region.hosts[i], region.name end end
    for i, name in ipairs(region.otherNames) do if name == node then return region.otherHosts[i], region.name end end
  end
  return nil
end
-- As they were before this stream's new replicas, as planReplicas counts.
local function readLoads(region)
  if region.loads then return end
  region.loads, region.total = {}, 0
  for i, text in ipairs(redis.call('HMGET', KEYS[4], unpack(region.names))) do
    local load = number(text)
    region.loads[i] = load
    region.total = region.total + load
  end
end
local function choose(region)
  readLoads(region)
  local least, leastLoad = nil, math.huge
  for i = 1, #region.names do
    local load, weight, capacity = region.loads[i], tonumber(region.weights[i]), tonumber(region.capacities[i])
    if not takenHosts[region.hosts[i]] and (capacity < 0 or load + cost <= capacity) then
      if load < balance * (region.total + cost) * weight / region.totalWeight * ROUNDING then return i end
      local relative = (load + cost) / weight
      if relative < leastLoad then least, leastLoad = i, relative end
    end
  end
  return least
end
`;

/** placement/word-refusal.ts in Lua. */
const REFUSE = `
local function units(cost) return (string.gsub(string.gsub(string.format('%.3f', cost / 1000), '0+$', ''), '%.$', '')) end
local function wordRefusal(what, allowed)
  local names, roomiest, hosts = {}, nil, {}
  for _, region in ipairs(allowed) do
    table.insert(names, region.name)
    readLoads(region)
    for i, name in ipairs(region.names) do
      local capacity = tonumber(region.capacities[i])
      local room = capacity - region.loads[i]
      if not takenHosts[region.hosts[i]] and (not roomiest or room > roomiest.room) then
        roomiest = { name = name, room = room, capacity = capacity }
      end
    end
  end
  local where = #names == 0 and 'another region' or 'region ' .. table.concat(names, ' or ')
  if not roomiest then
    for host in pairs(takenHosts) do table.insert(hosts, host) end
    table.sort(hosts)
    if #hosts == 0 then
      return what .. ': no origin node is up and active', 'Add an origin node, or undrain one.'
    end
    return what .. ': no active origin node in ' .. where .. ' is on another host than ' .. table.concat(hosts, ', '),
      'Add an origin node on another host in ' .. where .. '.'
  end
  return what .. ' costs ' .. units(cost) .. ', and no origin node in ' .. where .. ' has that left: ' ..
      roomiest.name .. ' has most, ' .. units(math.max(0, roomiest.room)) .. ' of ' .. units(roomiest.capacity) ..
      ' (1 is a rendition of 720p30)',
    'Add an origin node in ' .. where .. ', or free ' .. units(cost - roomiest.room) .. ' on ' .. roomiest.name ..
      ': end a stream there, or take a rendition out of the ladder.'
end
`;

/**
 * Gives a stream the replicas that it lacks. Replicas on nodes that are gone, or in no region of the wish, are given
 * back first; the `to` of a move takes the place of a `from` that is gone; replicas over the number wanted go.
 * ARGV: [4] stream, [5] cost, [6] region of the publisher, [7] epoch of the ring, [8] balance, [9] replicas wanted,
 * [10] JSON list of nodes that are gone, [11] how many of the regions have candidates (these come first),
 * from [12] on a region each, as JSON: [name, total weight, names, hosts, weights, capacities (-1: none) of the
 * candidates in the order of the walk, names, hosts of its other nodes], numbers as text, since reading a number from
 * JSON takes eight times as long and most candidates are never looked at.
 * Returns {'placed', PlacementRecord, list of nodes added, PlacementRefusal or ''}, {'stale-ring', epoch of the store}
 * or {'superseded'}.
 */
export const PLACE_STREAM = `${RING_PRELUDE}${CHOOSE}${REFUSE}
if superseded() then return { 'superseded' } end
local stream, home, epoch = ARGV[4], ARGV[6], tonumber(ARGV[7])
local wanted, open = tonumber(ARGV[9]), tonumber(ARGV[11])
local current = ringEpoch()
if current ~= epoch then return { 'stale-ring', current } end

local gone, regionOf = {}, {}
for _, node in ipairs(cjson.decode(ARGV[10])) do gone[node] = true end
local function keep(node)
  if gone[node] then return false end
  local host, region = locate(node)
  if not host then return false end
  regionOf[node], takenHosts[host], takenRegions[region] = region, true, true
  return true
end

local before = readPlacement(stream)
local record = { cost = cost, region = home, epoch = epoch, replicas = {} }
local dirty = not before or before.cost ~= cost or before.region ~= home
if before then
  record.createdMs, record.epoch, record.move = before.createdMs, before.epoch, before.move
  if before.move and not keep(before.move.to) then
    leave(before.move.to, stream, before.cost)
    record.move, dirty = nil, true
  end
  for _, node in ipairs(before.replicas) do
    if keep(node) then
      table.insert(record.replicas, node)
    else
      leave(node, stream, before.cost)
      dirty = true
      if record.move and record.move.from == node then
        table.insert(record.replicas, record.move.to)
        mark(record.move.to, stream, 'replica')
        record.move = nil
      end
    end
  end
  if before.cost ~= cost then
    for _, node in ipairs(record.replicas) do addLoad(node, cost - before.cost) end
    if record.move then addLoad(record.move.to, cost - before.cost) end
  end
end

local added, lack, cure = {}, nil, nil
local function addReplica()
  local allowed = {}
  for at = 1, open do
    local region = regionAt(at)
    if open == 1 or not takenRegions[region.name] then
      local found = choose(region)
      if found then
        local node = region.names[found]
        regionOf[node], takenHosts[region.hosts[found]], takenRegions[region.name] = region.name, true, true
        table.insert(record.replicas, node)
        table.insert(added, node)
        addLoad(node, cost)
        mark(node, stream, 'replica')
        return true
      end
      table.insert(allowed, region)
    end
  end
  lack, cure = wordRefusal('replica ' .. (#record.replicas + 1) .. ' of ' .. stream, allowed)
  return false
end
while #record.replicas < wanted and addReplica() do record.epoch, dirty = epoch, true end

local homeFirst = {}
for _, node in ipairs(record.replicas) do if regionOf[node] == home then table.insert(homeFirst, node) end end
for _, node in ipairs(record.replicas) do if regionOf[node] ~= home then table.insert(homeFirst, node) end end
record.replicas = homeFirst
while not record.move and #record.replicas > wanted do
  leave(table.remove(record.replicas), stream, cost)
  dirty = true
end

local refusal = ''
if lack then
  local known = decode(redis.call('HGET', KEYS[6], stream))
  local atMs = NOW
  if known and known.lack == lack and tonumber(known.atMs) then atMs = known.atMs else dirty = true end
  refusal = cjson.encode({ stream = stream, atMs = atMs, lack = lack, cure = cure })
  redis.call('HSET', KEYS[6], stream, refusal)
elseif redis.call('HDEL', KEYS[6], stream) == 1 then
  dirty = true
end
local json
if dirty then
  json = writePlacement(stream, record)
  changed('placement ' .. stream)
else
  json = redis.call('HGET', KEYS[3], stream)
end
return { 'placed', json, added, refusal }
`;

/**
 * Takes a stream from all nodes, with its moves and its refusal.
 * KEYS: [10] session. ARGV: [4] stream, [5] 1: not while a publish session is live.
 * Returns 1, or 0 when there was nothing, the session is live, or the token is superseded.
 */
export const RELEASE_STREAM = `${RING_PRELUDE}
local stream = ARGV[4]
if superseded() or (ARGV[5] == '1' and redis.call('EXISTS', KEYS[10]) == 1) then return 0 end
local record = readPlacement(stream)
if record then
  for _, node in ipairs(record.replicas) do leave(node, stream, record.cost) end
  if record.move then leave(record.move.to, stream, record.cost) end
end
local removed = redis.call('HDEL', KEYS[3], stream) + redis.call('HDEL', KEYS[6], stream)
if removed == 0 then return 0 end
changed('placement ' .. stream)
return 1
`;
