/** Changes of the ring. KEYS and ARGV begin as prelude.ts says. */
import { RING_PRELUDE } from './prelude.ts';

/** So many changes are remembered at least. */
const HISTORY_LENGTH = 10_000;

const REMEMBER = `
local function remember(change)
  redis.call('XADD', KEYS[9], 'MAXLEN', '~', ${HISTORY_LENGTH}, '*', 'change', change)
end
`;

/**
 * Writes the ring when it still is at the epoch that the writer read, with the line of its history and the moves that it
 * asks for. Planned moves are replaced for the streams that the new ones name; those that ended with the change are
 * dropped: to a node that is not active, from a node that is gone or that need not be evacuated any more, of a stream
 * that is not placed.
 * ARGV: [4] epoch expected, 0 for none, [5] RingRecord, [6] RingChange, [7] JSON list of PlannedMove, [8] JSON list of
 * streams whose planned moves are dropped.
 * Returns 1, or the RingRecord that is there, '' for none.
 */
export const WRITE_RING = `${RING_PRELUDE}${REMEMBER}
if ringEpoch() ~= tonumber(ARGV[4]) then return redis.call('GET', KEYS[2]) or '' end
local ring, planned, stateOf, replaced = cjson.decode(ARGV[5]), cjson.decode(ARGV[7]), {}, {}
for _, stream in ipairs(cjson.decode(ARGV[8])) do replaced[stream] = true end
for _, node in ipairs(ring.nodes) do stateOf[node.name] = node.state end
for _, move in ipairs(planned) do replaced[move.stream] = true end
local function runs(stream, node)
  local record = readPlacement(stream)
  return record ~= nil and (has(record.replicas, node) or (record.move ~= nil and record.move.to == node))
end
local function holds(move)
  if not move or type(move.stream) ~= 'string' or type(move.from) ~= 'string' or replaced[move.stream] then return false end
  if stateOf[move.to] ~= 'active' or not stateOf[move.from] then return false end
  if move.why == 'evacuate' and stateOf[move.from] == 'active' then return false end
  return runs(move.stream, move.from)
end
local known = redis.call('HGETALL', KEYS[5])
for i = 1, #known, 2 do
  if not holds(decode(known[i + 1])) then redis.call('HDEL', KEYS[5], known[i]) end
end
for _, move in ipairs(planned) do
  if runs(move.stream, move.from) then
    redis.call('HSET', KEYS[5], move.stream .. ' ' .. move.from, cjson.encode(move))
  end
end
redis.call('SET', KEYS[2], ARGV[5])
remember(ARGV[6])
changed('ring')
return 1
`;

/**
 * Plans moves without a change of the ring.
 * ARGV: [4] epoch expected, [5] JSON list of PlannedMove.
 * Returns how many were planned, or -1 when the ring is at another epoch.
 */
export const PLAN_MOVES = `${RING_PRELUDE}
if ringEpoch() ~= tonumber(ARGV[4]) then return -1 end
local count = 0
for _, move in ipairs(cjson.decode(ARGV[5])) do
  local record = readPlacement(move.stream)
  if record and has(record.replicas, move.from) and not has(record.replicas, move.to) then
    redis.call('HSET', KEYS[5], move.stream .. ' ' .. move.from, cjson.encode(move))
    count = count + 1
  end
end
if count > 0 then changed('ring') end
return count
`;

/**
 * Puts a ring back that the store lost: only over none or a lower epoch. Its history gets a line.
 * ARGV: [4] epoch, [5] RingRecord, [6] RingChange.
 * Returns 1, or 0.
 */
export const RESTORE_RING = `${RING_PRELUDE}${REMEMBER}
if ringEpoch() >= tonumber(ARGV[4]) then return 0 end
redis.call('SET', KEYS[2], ARGV[5])
remember(ARGV[6])
changed('ring')
return 1
`;

/**
 * Ends a turn of changing the ring. KEYS: [10] ring-turn. ARGV: [4] token.
 * Returns 1, or 0 when it is another's.
 */
export const END_RING_TURN = `
if redis.call('GET', KEYS[10]) ~= ARGV[4] then return 0 end
return redis.call('DEL', KEYS[10])
`;
