import { type HubClientFrame, type HubServerFrame, parseHubClientFrame } from '@picoclaw/protocol';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createHubClient, type HubClient, type HubClientEvents, type HubClientOptions } from '../../src/index.ts';
import { createManualClock } from './manual-clock.ts';
import { type Accepted, startSocketServer } from './socket-server.ts';

/** A hub's end of one connection, played by the test. */
export interface HubPeer {
  connection: Accepted;
  /** The next frame that the client said, judged as a hub does. */
  hear(): Promise<HubClientFrame>;
  say(...frames: HubServerFrame[]): void;
}

function hubPeer(connection: Accepted): HubPeer {
  return {
    connection,
    async hear() {
      const result = parseHubClientFrame(await connection.text());
      if (!result.ok) throw new Error(result.message);
      return result.frame;
    },
    say(...frames) {
      for (const frame of frames) connection.socket.send(JSON.stringify(frame));
    },
  };
}

/** A client whose time stands still, and the server that it dials. */
export async function openHubClient(options: Partial<HubClientOptions> = {}) {
  const server = await startSocketServer();
  onTestFinished(() => server.stop());
  const clock = createManualClock();
  const client = createHubClient({
    url: server.url,
    webSocket: WebSocket,
    random: () => 1,
    now: clock.now,
    timers: clock.timers,
    ...options,
  });
  onTestFinished(() => client.close());
  return {
    client,
    clock,
    /** The next connection, after its greeting. */
    async accept(): Promise<HubPeer> {
      const peer = hubPeer(await server.accept());
      await peer.hear();
      return peer;
    },
    /** The next connection, of which nothing has been heard. */
    acceptSilently: async () => hubPeer(await server.accept()),
  };
}

/** Resolves at the next event of that name. */
export function nextOf<Name extends keyof HubClientEvents>(
  client: HubClient,
  name: Name,
): Promise<HubClientEvents[Name]> {
  return new Promise((resolve) => {
    const stop = client.on(name, (event) => {
      stop();
      resolve(event);
    });
  });
}

/** A publication of the channel (or to all), whose id and data are the text. */
export const event = (channel: string | undefined, text: string): HubServerFrame => ({
  type: 'event',
  ...(channel === undefined ? {} : { channel }),
  id: text,
  time: 1,
  data: text,
});
