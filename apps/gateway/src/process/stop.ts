import { PidFileError, releasePidFile } from '@picoclaw/pid';
import type { StartedGateway } from './start.ts';

/** Not ready → sockets closed with 1001 → answers in flight finished (≤ 10 s) → nothing listens → the pid file is released. */
export async function stopGateway({ app, parts, claim }: StartedGateway): Promise<void> {
  const { channel, history, media, picoClients, readiness, log } = parts;
  readiness.phase = 'stopping';
  picoClients.close();
  media.close();
  await Promise.all([channel.closeConnections(), channel.finishAnswers()]);
  await app.close();
  await history.close();
  try {
    await releasePidFile(claim);
  } catch (error) {
    if (!(error instanceof PidFileError)) throw error;
    log.error({ err: error, code: error.code }, 'the pid file stays behind');
  }
}
