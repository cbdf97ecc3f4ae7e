/**
 * Publish sessions: at most one for each region of a stream. KEYS and ARGV begin as scripts.ts says.
 *
 * A stream with one session has only KEYS[3], as most have: who reads thousands of sessions reads one key each. While
 * there are several, KEYS[4] says until when each lasts, and KEYS[3] is the oldest and lasts as long as any of them:
 * a stream does not look unpublished while a session that died is still to be noticed.
 */
import { PRELUDE } from '../scripts.ts';

const SESSIONS = `
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local NOW = nowMs()
local function loadSessions()
  local list, all = {}, redis.call('HGETALL', KEYS[4])
  for i = 1, #all, 2 do
    local untilMs, text = string.match(all[i + 1], '^(%d+) (.*)$')
    if tonumber(untilMs) > NOW then
      table.insert(list, { text = text, record = cjson.decode(text), untilMs = tonumber(untilMs) })
    end
  end
  local text = #list == 0 and redis.call('GET', KEYS[3])
  if text then
    list[1] = { text = text, record = cjson.decode(text), untilMs = NOW + math.max(redis.call('PTTL', KEYS[3]), 1) }
  end
  return list
end
local function isSame(a, node, client) return a.node == node and a.client == client end
local function saveSessions(list)
  redis.call('DEL', KEYS[4])
  if #list == 0 then
    redis.call('DEL', KEYS[3])
    return
  end
  table.sort(list, function(a, b)
    if a.record.sessionId ~= b.record.sessionId then return a.record.sessionId < b.record.sessionId end
    return a.record.node < b.record.node
  end)
  local lastMs = 0
  for _, each in ipairs(list) do lastMs = math.max(lastMs, each.untilMs) end
  redis.call('SET', KEYS[3], list[1].text, 'PX', math.max(lastMs - NOW, 1))
  if #list == 1 then return end
  for _, each in ipairs(list) do
    redis.call('HSET', KEYS[4], each.record.region or '', string.format('%.0f', each.untilMs) .. ' ' .. each.text)
  end
  redis.call('PEXPIRE', KEYS[4], math.max(lastMs - NOW, 1))
end
local function idOf(record) return string.format('%.0f', record.sessionId) end
`;

/** Takes `mine` out of the others, or finds who is in its way: `others, conflict`. */
const OTHERS = `
local function othersOf(mine, outOfWay)
  local others = {}
  for _, each in ipairs(loadSessions()) do
    local one = each.record
    local isMine = isSame(one, mine.node, mine.client) or one.node .. ' ' .. one.client == outOfWay
    if not isMine and (not one.region or not mine.region or one.region == mine.region) then return nil, each.text end
    if not isMine then table.insert(others, each) end
  end
  return others, nil
end
`;

/**
 * Opens a publish session unless another client's of the same region is live.
 * KEYS: [3] session, [4] region sessions. ARGV: [4] SessionRecord, [5] lifetime in milliseconds, [6] node, a space and
 * client of a session that is known to be dead, or empty.
 * Returns {'opened', SessionRecord of the oldest session}, {'in-use', SessionRecord of who is in the way}, or
 * {'too-old', greatest sessionId of other regions} when the new one would not be the youngest (nothing changed).
 */
export const OPEN_SESSION = `${PRELUDE}${SESSIONS}${OTHERS}
local mine = cjson.decode(ARGV[4])
local list, conflict = othersOf(mine, ARGV[6])
if conflict then return { 'in-use', conflict } end
for _, each in ipairs(list) do
  if each.record.sessionId >= mine.sessionId then return { 'too-old', idOf(each.record) } end
end
table.insert(list, { text = ARGV[4], record = mine, untilMs = NOW + tonumber(ARGV[5]) })
saveSessions(list)
audit('session-opened', idOf(mine))
changed('session')
return { 'opened', list[1].text }
`;

/**
 * Keeps a session alive, and puts it back when the store lost it.
 * KEYS: [3] session, [4] region sessions. ARGV: [4] SessionRecord, [5] lifetime in milliseconds.
 * Returns 1, or 0 when another client's session of the same region is live (then nothing changed).
 */
export const REFRESH_SESSION = `${PRELUDE}${SESSIONS}${OTHERS}
local mine, before = cjson.decode(ARGV[4]), redis.call('GET', KEYS[3])
local list, conflict = othersOf(mine, '')
if conflict then return 0 end
table.insert(list, { text = ARGV[4], record = mine, untilMs = NOW + tonumber(ARGV[5]) })
saveSessions(list)
if before ~= list[1].text then changed('session') end
return 1
`;

/**
 * Closes a session of the client that opened it.
 * KEYS: [3] session, [4] region sessions. ARGV: [4] node, [5] client.
 * Returns 1, or 0 when there is none or it is another client's (then nothing changed).
 */
export const CLOSE_SESSION = `${PRELUDE}${SESSIONS}
local list, closed = {}, nil
for _, each in ipairs(loadSessions()) do
  if isSame(each.record, ARGV[4], ARGV[5]) then closed = each else table.insert(list, each) end
end
if not closed then return 0 end
saveSessions(list)
audit('session-closed', idOf(closed.record))
changed('session')
return 1
`;
