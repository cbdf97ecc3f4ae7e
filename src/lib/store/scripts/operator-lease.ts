/** Which command changes the cluster now. KEYS and ARGV begin as in scripts.ts. */
import { PRELUDE } from '../scripts.ts';

const LEASE = `${PRELUDE}
local function read()
  local json = redis.call('GET', KEYS[3])
  if not json then return nil end
  local fine, lease = pcall(cjson.decode, json)
  if fine and type(lease) == 'table' and type(lease.id) == 'string' then return lease, json end
  return nil
end
`;

/**
 * Takes the lease when nobody holds it, or renews it. A lease of `instead` is void: its process is known to be dead.
 * Who had it before takes it again only while nobody has had it since; a store that lost the token learns it anew.
 * KEYS: [3] operator-lease, [4] operator-token. ARGV: [4] OperatorLease without token, [5] its id, [6] lifetime in
 * milliseconds, [7] id of a void lease or empty, [8] token of the caller or 0 for none yet.
 * Returns {1, OperatorLease} of the caller, or {0, OperatorLease} of another, empty when that has ended.
 */
export const HOLD_OPERATOR_LEASE = `${LEASE}
local lease, json = read()
if lease and lease.id ~= ARGV[5] and lease.id ~= ARGV[7] then return { 0, json } end
local mine, token = cjson.decode(ARGV[4]), tonumber(ARGV[8])
if lease and lease.id == ARGV[5] and lease.token then mine.token = lease.token
elseif token == 0 then mine.token = redis.call('INCR', KEYS[4])
elseif tonumber(redis.call('GET', KEYS[4]) or 0) > token then return { 0, json or '' }
else
  redis.call('SET', KEYS[4], token)
  mine.token = token
end
json = cjson.encode(mine)
redis.call('SET', KEYS[3], json, 'PX', ARGV[6])
return { 1, json }
`;

/**
 * Gives the lease back; one that was taken away from the caller, too, so that the next need not wait for it to expire.
 * KEYS: [3] operator-lease. ARGV: [4] id.
 * Returns 1, or 0 when it is another's.
 */
export const DROP_OPERATOR_LEASE = `${LEASE}
local lease = read()
if not lease or (lease.id ~= ARGV[4] and lease.takenFrom ~= ARGV[4]) then return 0 end
redis.call('DEL', KEYS[3])
return 1
`;

/**
 * Takes the lease away from its holder, who cannot take it again: until that has noticed, or the time is over, nobody has it.
 * Writes the audit trail.
 * KEYS: [3] operator-lease, [4] operator-token. ARGV: [4] id of the holder, [5] OperatorLease of whoever takes it away, with takenFrom, [6] lifetime
 * in milliseconds, [7] words for the audit trail.
 * Returns 1, or 0 when the lease is not that holder's (any more).
 */
export const STEAL_OPERATOR_LEASE = `${LEASE}
local lease = read()
if not lease or lease.id ~= ARGV[4] then return 0 end
redis.call('SET', KEYS[3], ARGV[5], 'PX', ARGV[6])
redis.call('INCR', KEYS[4])
audit('lock-stolen', ARGV[7])
return 1
`;
