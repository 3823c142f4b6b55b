import { type ClientState, createHubClient, type HubSendOutcome, type WebSocketConstructor } from '../../src/index.ts';

/** What a client lived through on its platform. */
export interface Conversation {
  heard: unknown[];
  gaps: number;
  /** The changes of state; tries to connect that failed are none. */
  states: ClientState[];
  /** What the server selected each time. */
  subprotocols: string[];
  sent: HubSendOutcome;
}

/** Listens to `numbers` through whatever happens until `last` comes, says thanks and leaves. */
export function converse(
  { url, token }: { url: string; token: string },
  webSocket?: WebSocketConstructor,
): Promise<Conversation> {
  const client = createHubClient({
    ...{ url, token, webSocket },
    backoff: { baseMs: 20, spreadMs: 20, maxMs: 100 },
  });
  const heard: unknown[] = [];
  const states: ClientState[] = [];
  const subprotocols: string[] = [];
  let gaps = 0;
  client.on('status', ({ state, subprotocol }) => {
    // However many tries it takes until the server is back.
    const isTry = state === 'connecting' || (state === 'disconnected' && states.at(-1) === 'disconnected');
    if (!isTry) states.push(state);
    if (subprotocol !== undefined) subprotocols.push(subprotocol);
  });
  client.on('gap', () => {
    gaps += 1;
  });
  return new Promise((resolve) => {
    client.subscribe('numbers', async ({ data }) => {
      heard.push(data);
      if (data !== 'last') return;
      const sent = await client.send('numbers', 'thanks');
      client.close();
      resolve({ heard, gaps, states, subprotocols, sent });
    });
  });
}
