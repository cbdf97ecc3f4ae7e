/** Who may act as the controller. KEYS and ARGV begin as prelude.ts says. */
import { RING_PRELUDE } from './prelude.ts';

/**
 * Takes the lease when nobody holds it, or renews it. A lease below `atLeast` is void: the store was emptied, and its
 * holder did not know how far tokens had come.
 * ARGV: [4] node, [5] the highest token that it has heard of, [6] lifetime in milliseconds.
 * Returns {1, ControllerLease} of the caller, or {0, ControllerLease} of another node.
 */
export const HOLD_LEASE = `${RING_PRELUDE}
local highest = math.max(number(redis.call('GET', KEYS[8])), tonumber(ARGV[5]))
local json = redis.call('GET', KEYS[7])
local lease = decode(json)
if lease and type(lease.token) == 'number' and lease.token >= highest then
  if lease.node ~= ARGV[4] then return { 0, json } end
  redis.call('SET', KEYS[8], whole(lease.token))
  redis.call('PEXPIRE', KEYS[7], ARGV[6])
  return { 1, json }
end
local token = whole(highest + 1)
local mine = string.format('{"node":%s,"token":%s,"sinceMs":%s}', cjson.encode(ARGV[4]), token, whole(NOW))
redis.call('SET', KEYS[8], token)
redis.call('SET', KEYS[7], mine, 'PX', ARGV[6])
changed('controller')
return { 1, mine }
`;

/**
 * Gives the lease back, so that another can take it at once. ARGV[3] is its token.
 * ARGV: [4] node.
 * Returns 1, or 0 when it is another's.
 */
export const DROP_LEASE = `${RING_PRELUDE}
local lease = decode(redis.call('GET', KEYS[7]))
if not lease or lease.node ~= ARGV[4] or lease.token ~= tonumber(ARGV[3]) then return 0 end
redis.call('DEL', KEYS[7])
changed('controller')
return 1
`;

/**
 * Writes what the controller thinks of every node; nodes that are not named are forgotten. The channel hears of it when
 * a state changed.
 * KEYS: [10] verdicts. ARGV: [4] JSON object: node to NodeVerdict as JSON.
 * Returns 1, or 0 when the token is superseded.
 */
export const WRITE_VERDICTS = `${RING_PRELUDE}
if superseded() then return 0 end
local verdicts, before, differs = cjson.decode(ARGV[4]), {}, false
local all = redis.call('HGETALL', KEYS[10])
for i = 1, #all, 2 do before[all[i]] = (decode(all[i + 1]) or {}).state or '' end
redis.call('DEL', KEYS[10])
for node, json in pairs(verdicts) do
  redis.call('HSET', KEYS[10], node, json)
  if before[node] ~= cjson.decode(json).state then differs = true end
  before[node] = nil
end
if differs or next(before) then changed('controller') end
return 1
`;
