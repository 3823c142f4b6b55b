/** A Redis that has not answered for that long is treated as gone. */
export class RedisTimeout extends Error {
  override readonly name = 'RedisTimeout';
}

/** What Redis answers, by its first word, as a sentence. */
const ANSWERS: Readonly<Record<string, string>> = {
  NOAUTH: 'Redis wants a password and none is configured.',
  WRONGPASS: 'Redis refuses the user name or the password.',
  NOPERM: 'The Redis user may not use streams.',
  WRONGTYPE: 'The key of the hub holds something else than a stream.',
  READONLY: 'This Redis is a read-only replica.',
  OOM: 'Redis is out of memory.',
  LOADING: 'Redis is still loading its data.',
};

/**
 * Why there is no way to Redis, as a sentence. Texts of Redis are never passed on: "unknown command" repeats its
 * arguments, which are publications, and an error of ioredis carries its command, which may be AUTH with the password.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'The connection to Redis failed.';
  if (error instanceof RedisTimeout || error.message === 'Command timed out') return 'Redis does not answer.';
  if (error.name === 'ReplyError') return reasonOfAnswer(error.message);
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? 'The connection to Redis was lost.' : `Redis cannot be reached (${code}).`;
}

function reasonOfAnswer(answer: string): string {
  if (/^ERR unknown command/.test(answer)) return 'This Redis has no streams: version 5 or newer is needed.';
  if (/invalid password|without any password/.test(answer)) return ANSWERS['WRONGPASS'] ?? '';
  const word = /^[A-Z]+\b/.exec(answer)?.[0] ?? 'ERR';
  return ANSWERS[word] ?? `Redis refuses the commands of the hub (${word}).`;
}
