/**
 * What has to happen in Redis at once or not at all. Keys are made of the prefix in the first argument: all of them are in
 * one Redis, not in one that spreads its keys over machines.
 */

/** Tells the other nodes that have a session open; a node that is not there any more is forgotten. */
const WAKE = `
local function wake(prefix, session, origin, kind, id)
  local nodes = redis.call('SMEMBERS', prefix .. ':listeners:' .. session)
  for _, node in ipairs(nodes) do
    if node ~= origin then
      if redis.call('ZSCORE', prefix .. ':nodes', node) then
        redis.call('XADD', prefix .. ':inbox:' .. node, 'MAXLEN', '~', 1000, '*', 's', session, 't', kind, 'c', id)
      else
        redis.call('SREM', prefix .. ':listeners:' .. session, node)
      end
    end
  end
end
`;

/** Numbers a frame; -1 when the message that it belongs to is answered by somebody else. */
export const APPEND = `${WAKE}
local prefix, origin, session, question, most, line = unpack(ARGV)
if question ~= '' and redis.call('HEXISTS', prefix .. ':unanswered:' .. origin, question) == 0 then return -1 end
local seq = redis.call('HINCRBY', prefix .. ':session:' .. session, 'seq', 1)
redis.call('XADD', prefix .. ':frames:' .. session, 'MAXLEN', '~', most, seq .. '-0', 'o', origin, 'l', line)
wake(prefix, session, origin, 'f', '')
return seq
`;

/**
 * Brings a node's view of a session and that of Redis together. Answers with 1 when the node may go on where it is, 0 when
 * nobody can tell what comes before the number that is answered; and with the life of the session, which is another one
 * when Redis has lost what it had.
 */
export const JOIN = `${WAKE}
local prefix, origin, session, keepMs, mine, fresh = unpack(ARGV)
local shared, told, isOverflow, most, skipped = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], ARGV[10], tonumber(ARGV[11])
local first, own = 11, #ARGV - 11
local key, frames = prefix .. ':session:' .. session, prefix .. ':frames:' .. session
local seq, life = unpack(redis.call('HMGET', key, 'seq', 'life'))
local function finish(...)
  redis.call('SADD', prefix .. ':listeners:' .. session, origin)
  for _, name in ipairs({key, frames, prefix .. ':listeners:' .. session}) do redis.call('PEXPIRE', name, keepMs) end
  return {...}
end
if not seq then
  local start = 0
  if told > 0 then start = told + skipped end
  redis.call('DEL', frames)
  redis.call('HSET', key, 'seq', start, 'life', fresh)
  return finish(start == told and 1 or 0, start, fresh)
end
seq = tonumber(seq)
if life == mine and seq >= shared and isOverflow == '0' then
  if own == 0 then return finish(1, seq, life) end
  local there = seq - shared
  local entries = redis.call('XRANGE', frames, (shared + 1) .. '-0', '+')
  local isSame = there <= own and #entries == there
  for at, entry in ipairs(entries) do
    isSame = isSame and entry[2][2] == origin and entry[2][3] == 'l' and entry[2][4] == ARGV[first + at]
  end
  if isSame then
    for at = there + 1, own do
      seq = seq + 1
      redis.call('XADD', frames, 'MAXLEN', '~', most, seq .. '-0', 'o', origin, 'l', ARGV[first + at])
    end
    redis.call('HSET', key, 'seq', seq)
    wake(prefix, session, origin, 'f', '')
    return finish(1, seq, life)
  end
end
if own == 0 and isOverflow == '0' and told <= seq then return finish(0, seq, life) end
seq = math.max(seq, told) + skipped
redis.call('DEL', frames)
redis.call('XADD', frames, seq .. '-0', 'o', origin, 'j', '1')
redis.call('HSET', key, 'seq', seq)
wake(prefix, session, origin, 'f', '')
return finish(0, seq, life)
`;

/** Stores a message once, which the node is to answer; answers with the id under which it is known, if it is. */
export const TAKE_IN = `
local prefix, origin, session, idKey, idMs, messageId, entry, most = unpack(ARGV)
local known = redis.call('GET', idKey)
if known and known ~= messageId then return known end
redis.call('SET', idKey, messageId, 'PX', idMs)
redis.call('HSET', prefix .. ':unanswered:' .. origin, messageId, entry)
if not known then redis.call('XADD', prefix .. ':messages', 'MAXLEN', '~', most, '*', 'o', origin, 'e', entry) end
return ''
`;

/** Stores an answer once; 0 when somebody else gives it, or has given it. */
export const ANSWER = `
local prefix, origin, question, isFenced, idKey, idMs, entry, most = unpack(ARGV)
local wasMine = redis.call('HDEL', prefix .. ':unanswered:' .. origin, question)
if wasMine == 0 and isFenced == '1' then return 0 end
if not redis.call('SET', idKey, '1', 'PX', idMs, 'NX') then return 0 end
redis.call('XADD', prefix .. ':messages', 'MAXLEN', '~', most, '*', 'o', origin, 'e', entry)
return 1
`;

/** Takes the turn to answer: 1 and how far messages go by then, 0 while another node has it, -1 when it is not ours to answer. */
export const TURN = `
local prefix, origin, session, question = unpack(ARGV)
if redis.call('HEXISTS', prefix .. ':unanswered:' .. origin, question) == 0 then return {-1, ''} end
local key = prefix .. ':turn:' .. session
local holder = redis.call('GET', key)
if holder and holder ~= origin then
  local beat = redis.call('ZSCORE', prefix .. ':nodes', holder)
  if beat and tonumber(beat) > 0 then return {0, ''} end
end
redis.call('SET', key, origin, 'EX', 86400)
local last = redis.call('XREVRANGE', prefix .. ':messages', '+', '-', 'COUNT', 1)[1]
return {1, last and last[1] or '0-0'}
`;

/** Gives the turn back. */
export const END_TURN = `${WAKE}
local prefix, origin, session = unpack(ARGV)
if redis.call('GET', prefix .. ':turn:' .. session) ~= origin then return 0 end
redis.call('DEL', prefix .. ':turn:' .. session)
wake(prefix, session, origin, 't', '')
return 1
`;

/** Passes a wish on to the other nodes of a session. */
export const TELL = `${WAKE}
local prefix, origin, session, kind, id = unpack(ARGV)
wake(prefix, session, origin, kind, id)
return 1
`;

/** Removes a session everywhere. Its number stays, so that nobody who was in it takes new frames for old ones. */
export const REMOVE = `
local prefix, origin, session, entry, most = unpack(ARGV)
redis.call('DEL', prefix .. ':frames:' .. session)
for _, node in ipairs(redis.call('ZRANGE', prefix .. ':nodes', 0, -1)) do
  local key = prefix .. ':unanswered:' .. node
  local left = redis.call('HGETALL', key)
  for at = 1, #left, 2 do
    if cjson.decode(left[at + 1]).session == session then redis.call('HDEL', key, left[at]) end
  end
end
redis.call('XADD', prefix .. ':messages', 'MAXLEN', '~', most, '*', 'o', origin, 'e', entry)
return 1
`;

/**
 * Says that a node is there, and takes over what others have left unanswered: those that said good-bye, earlier lives of
 * the same home, and, if it has been here long enough to judge, those that were silent for too long. The first of the
 * answer is 1 when the node was not known.
 */
export const BEAT = `
local prefix, origin, home, silentMs, mayJudge = unpack(ARGV)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local nodes = prefix .. ':nodes'
local found = {redis.call('ZADD', nodes, now, origin)}
local all = redis.call('ZRANGE', nodes, 0, -1, 'WITHSCORES')
for at = 1, #all, 2 do
  local node, beat = all[at], tonumber(all[at + 1])
  local isEarlier = string.sub(node, 1, #home) == home
  local isGone = beat == 0 or isEarlier or (mayJudge == '1' and now - beat > tonumber(silentMs))
  if node ~= origin and isGone then
    local left = redis.call('HGETALL', prefix .. ':unanswered:' .. node)
    for field = 1, #left, 2 do
      redis.call('HSET', prefix .. ':unanswered:' .. origin, left[field], left[field + 1])
      found[#found + 1] = left[field + 1]
    end
    redis.call('DEL', prefix .. ':unanswered:' .. node, prefix .. ':inbox:' .. node)
    redis.call('ZREM', nodes, node)
  end
end
return found
`;
