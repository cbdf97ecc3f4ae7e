/**
 * The atomic changes of the store, each a named Lua script with its contract.
 *
 * All of them write the audit trail (XADD, capped) and PUBLISH one word on the channel `changes`. KEYS and ARGV
 * begin alike in all: KEYS[1] events, KEYS[2] channel; ARGV[1] who, ARGV[2] now in Unix milliseconds, ARGV[3] stream.
 */

export const PRELUDE = `
local function audit(what, subject)
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', 1000, '*',
    'atMs', ARGV[2], 'who', ARGV[1], 'what', what, 'stream', ARGV[3], 'subject', subject)
end
local function changed(word) redis.call('PUBLISH', KEYS[2], word .. ' ' .. ARGV[3]) end
local function keysOf(hash, kind)
  local found, all = {}, redis.call('HGETALL', hash)
  for i = 1, #all, 2 do
    local record = cjson.decode(all[i + 1])
    if record.stream == ARGV[3] and (kind == '' or record.kind == kind) then
      table.insert(found, { hash = all[i], record = record })
    end
  end
  table.sort(found, function(a, b) return a.record.createdMs < b.record.createdMs end)
  return found
end
local function endKey(hash, key)
  redis.call('HDEL', hash, key.hash)
  audit('key-ended', key.record.keyId)
  return key.record.keyId
end
`;

/**
 * Adds a stream with its first key.
 * KEYS: [3] streams, [4] keys. ARGV: [4] StreamRecord, [5] HMAC of the key, [6] KeyRecord.
 * Returns 1, or 0 when the stream exists (then nothing changed).
 */
export const ADD_STREAM = `${PRELUDE}
if redis.call('HSETNX', KEYS[3], ARGV[3], ARGV[4]) == 0 then return 0 end
redis.call('HSET', KEYS[4], ARGV[5], ARGV[6])
audit('stream-added', '')
audit('key-added', cjson.decode(ARGV[6]).keyId)
changed('stream')
return 1
`;

/**
 * Removes a stream and all its keys.
 * KEYS: [3] streams, [4] keys.
 * Returns 1, or 0 when there is no such stream.
 */
export const REMOVE_STREAM = `${PRELUDE}
if redis.call('HDEL', KEYS[3], ARGV[3]) == 0 then return 0 end
for _, key in ipairs(keysOf(KEYS[4], '')) do endKey(KEYS[4], key) end
audit('stream-removed', '')
changed('stream')
return 1
`;

/**
 * Gives a stream one more key of a kind and ends the oldest ones over the limit.
 * KEYS: [3] streams, [4] keys. ARGV: [4] HMAC of the key, [5] KeyRecord, [6] most keys of this kind.
 * Returns the ids of the keys ended, or false when there is no such stream.
 */
export const PUT_KEY = `${PRELUDE}
if redis.call('HEXISTS', KEYS[3], ARGV[3]) == 0 then return false end
local record = cjson.decode(ARGV[5])
local present, ended = keysOf(KEYS[4], record.kind), {}
while #present >= tonumber(ARGV[6]) do
  table.insert(ended, endKey(KEYS[4], table.remove(present, 1)))
end
redis.call('HSET', KEYS[4], ARGV[4], ARGV[5])
audit('key-added', record.keyId)
changed('key')
return ended
`;

/**
 * Ends one key of a stream, or all of a kind.
 * KEYS: [3] streams, [4] keys. ARGV: [4] key id, or empty for all, [5] kind, or empty for both.
 * Returns the ids of the keys ended, or false when there is no such stream.
 */
export const REVOKE_KEY = `${PRELUDE}
if redis.call('HEXISTS', KEYS[3], ARGV[3]) == 0 then return false end
local ended = {}
for _, key in ipairs(keysOf(KEYS[4], ARGV[5])) do
  if ARGV[4] == '' or ARGV[4] == key.record.keyId then table.insert(ended, endKey(KEYS[4], key)) end
end
if #ended > 0 then changed('key') end
return ended
`;

/**
 * Notes of a stream's keys that they were shown; who remembers them reads them again.
 * KEYS: [3] streams, [4] keys.
 */
export const NOTE_SHOWN = `${PRELUDE}
local count = 0
for _, key in ipairs(keysOf(KEYS[4], '')) do
  if key.record.unshown then
    key.record.unshown = nil
    redis.call('HSET', KEYS[4], key.hash, cjson.encode(key.record))
    count = count + 1
  end
end
if count > 0 then changed('key') end
return count
`;

/**
 * Puts back keys that the store lost, and their streams; what is there stays as it is.
 * KEYS: [3] streams, [4] keys. ARGV: [4] JSON list of [HMAC, KeyRecord as JSON, stream, key id, StreamRecord as JSON].
 * Returns how many keys were not there.
 */
export const RESTORE_KEYS = `${PRELUDE}
local count = 0
for _, key in ipairs(cjson.decode(ARGV[4])) do
  if redis.call('HSETNX', KEYS[4], key[1], key[2]) == 1 then
    count = count + 1
    redis.call('HSETNX', KEYS[3], key[3], key[5])
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', 1000, '*',
      'atMs', ARGV[2], 'who', ARGV[1], 'what', 'key-restored', 'stream', key[3], 'subject', key[4])
  end
end
if count > 0 then changed('key') end
return count
`;
