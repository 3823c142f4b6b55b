import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, type ClientOptions, createClient } from '../../src/index.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { type SocketServer, startSocketServer } from './socket-server.ts';

/** A server for one test. */
export async function serve(...[options]: Parameters<typeof startSocketServer>): Promise<SocketServer> {
  const server = await startSocketServer(options);
  onTestFinished(() => server.stop());
  return server;
}

/** A client for one test, whose time stands still and whose waits are as long as they can be. */
export function dial(options: ClientOptions): { client: Client; clock: ManualClock } {
  const clock = createManualClock();
  const client = createClient({
    webSocket: WebSocket,
    random: () => 1,
    now: clock.now,
    timers: clock.timers,
    ...options,
  });
  onTestFinished(() => client.close());
  return { client, clock };
}

/** Goes on to the next try of a client that waits for it. */
export function endWait({ client, clock }: { client: Pick<Client, 'status'>; clock: ManualClock }): void {
  clock.advance((client.status.nextAttemptAt ?? clock.now()) - clock.now());
}
