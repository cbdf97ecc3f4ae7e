/** Moves of replicas, make before break. KEYS and ARGV begin as prelude.ts says; ARGV[4] is the stream. */
import { RING_PRELUDE } from './prelude.ts';

/**
 * Begins a move: from now on both nodes run the stream. Takes the planned move away.
 * ARGV: [5] from, [6] to, [7] why, [8] what `to` can carry, empty when nobody said, [9] epoch of the ring, [10] Unix
 * milliseconds.
 * Returns 'done'; 'stale-ring' when the ring is at another epoch; 'not-possible' when the stream does not run on `from`,
 * runs on `to`, or moves already, when `to` is no active node of the ring, shares the host of another replica, or cannot
 * carry it; 'superseded'.
 */
export const BEGIN_MOVE = `${RING_PRELUDE}
if superseded() then return 'superseded' end
local stream, from, to = ARGV[4], ARGV[5], ARGV[6]
if ringEpoch() ~= tonumber(ARGV[9]) then return 'stale-ring' end
local record, ring = readPlacement(stream), decode(redis.call('GET', KEYS[2]))
if not ring or type(ring.nodes) ~= 'table' or not record or record.move or not has(record.replicas, from) or has(record.replicas, to) then return 'not-possible' end
if ARGV[8] ~= '' and loadOf(to) + record.cost > tonumber(ARGV[8]) then return 'not-possible' end
local target, hosts = nil, {}
for _, node in ipairs(ring.nodes) do
  if node.name == to and node.state == 'active' then target = node end
  if node.name ~= from and has(record.replicas, node.name) then hosts[node.host] = true end
end
if not target or hosts[target.host] then return 'not-possible' end
record.move = { from = from, to = to, why = ARGV[7], startedMs = tonumber(ARGV[10]) }
addLoad(to, record.cost)
mark(to, stream, 'joining')
redis.call('HDEL', KEYS[5], stream .. ' ' .. from)
writePlacement(stream, record)
changed('move ' .. stream)
return 'done'
`;

/**
 * Ends a move: `to` stands in the place of `from`.
 * Returns 'done', 'not-possible' when the stream does not move, or 'superseded'.
 */
export const FINISH_MOVE = `${RING_PRELUDE}
if superseded() then return 'superseded' end
local stream = ARGV[4]
local record = readPlacement(stream)
if not record or not record.move then return 'not-possible' end
local move = record.move
for at, node in ipairs(record.replicas) do if node == move.from then record.replicas[at] = move.to end end
leave(move.from, stream, record.cost)
mark(move.to, stream, 'replica')
record.move, record.epoch = nil, ringEpoch()
writePlacement(stream, record)
changed('move ' .. stream)
return 'done'
`;

/**
 * Gives a move up: the stream is where it was. What it is to be planned as again does not take the place of what a change
 * of the ring has planned since.
 * ARGV: [5] PlannedMove, empty for none.
 * Returns 'done'; 'stale-ring' when it was planned on another epoch of the ring: then nothing has changed; 'not-possible'
 * when the stream does not move; 'superseded'.
 */
export const ABORT_MOVE = `${RING_PRELUDE}
if superseded() then return 'superseded' end
local stream = ARGV[4]
local record = readPlacement(stream)
if not record or not record.move then return 'not-possible' end
local again = ARGV[5] ~= '' and cjson.decode(ARGV[5]) or nil
if again and again.epoch ~= ringEpoch() then return 'stale-ring' end
leave(record.move.to, stream, record.cost)
record.move = nil
writePlacement(stream, record)
if again and has(record.replicas, again.from) and not has(record.replicas, again.to) then
  redis.call('HSETNX', KEYS[5], stream .. ' ' .. again.from, ARGV[5])
end
changed('move ' .. stream)
return 'done'
`;

/**
 * Takes back a planned move that has not begun. ARGV: [5] from.
 * Returns 'done', 'not-possible' when there is none, or 'superseded'.
 */
export const DROP_PLANNED_MOVE = `${RING_PRELUDE}
if superseded() then return 'superseded' end
if redis.call('HDEL', KEYS[5], ARGV[4] .. ' ' .. ARGV[5]) == 0 then return 'not-possible' end
changed('move ' .. ARGV[4])
return 'done'
`;
