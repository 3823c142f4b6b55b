import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/** `sun_path` of the strictest system (macOS) less its final NUL; what is longer is cut off without a word. */
const MAX_PATH_BYTES = 103;
const NAME = /^gateway\.[0-9a-f]{8}\.sock$/;

interface UnixSocketOptions {
  readonly home: string;
  readonly instanceId: string;
  readonly log: Logger;
}

/**
 * Lets launchers of this user in by a unix socket too. Each run has one of its own, so that nobody takes another's away.
 * Answers with its path; `undefined` where there can be none, which is no fault: TCP is always there.
 */
export async function bindUnixSocket(
  app: FastifyInstance,
  { home, instanceId, log }: UnixSocketOptions,
): Promise<string | undefined> {
  const path = join(home, `gateway.${instanceId.slice(0, 8)}.sock`);
  if (process.platform === 'win32' || Buffer.byteLength(path) > MAX_PATH_BYTES) return undefined;
  try {
    await app.bindUnixSocket(path);
    return path;
  } catch (error) {
    log.info(
      { code: 'no_unix_socket', cause: (error as NodeJS.ErrnoException).code },
      'no unix socket can be made here',
    );
    return undefined;
  }
}

/** Removes the sockets of gateways that were killed. Only for who has claimed the pid file: no other one lives here. */
export async function removeLeftSockets(home: string, own: string | undefined): Promise<void> {
  const left = (await readdir(home)).filter((name) => NAME.test(name) && join(home, name) !== own);
  await Promise.all(left.map((name) => unlink(join(home, name)).catch(() => undefined)));
}
