import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** @type {any[]} */
let clients = [];
const POLL_MS = 20;
/** Who opens a chat for the first time does not do it at the same moment as all others. */
const AT_ONCE = 250;

/**
 * Real clients of packages/client (bundled to `library`), each in a session of its own. `open`: makes them and waits until
 * all are connected. `back`: says when all are connected again that were lost. `close` ends them.
 * @param {{ step: 'open' | 'back' | 'close'; library?: string; count?: number; url?: string; token?: string; withinMs?: number }} options
 */
export async function run({ step, library = '', count = 0, url = '', token = '', withinMs = 120_000 }) {
  if (step === 'close') {
    for (const { client } of clients) client.close();
    clients = [];
    return undefined;
  }
  if (step === 'open') {
    const { createPicoSession } = await import(library);
    for (let made = 0; made < count; made += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - made) }, () => open(createPicoSession, url, token));
      clients.push(...some);
      while (some.some(({ connections }) => connections === 0)) await delay(POLL_MS);
    }
  }
  const giveUpAt = performance.now() + withinMs;
  const needed = step === 'open' ? 1 : 2;
  const isBack = (/** @type {{ connections: number; state: string }} */ one) =>
    one.connections >= needed && one.state === 'connected';
  while (!clients.every((one) => isBack(one) || one.state === 'closed') && performance.now() < giveUpAt) {
    await delay(POLL_MS);
  }
  return {
    connected: clients.filter(isBack).length,
    refused: clients.filter(({ state }) => state === 'closed').length,
    lastAt: Math.max(...clients.map(({ lastAt }) => lastAt)),
  };
}

/** @param {(options: object) => any} createPicoSession @param {string} url @param {string} token */
function open(createPicoSession, url, token) {
  const client = createPicoSession({ url, token, tokenIn: 'header', subprotocols: ['pico.v2'], webSocket: WebSocket });
  const one = { client, connections: 0, state: 'connecting', lastAt: 0 };
  client.subscribe(() => {
    const { state } = client.getSnapshot().connection;
    if (state === 'connected' && one.state !== 'connected') {
      one.connections += 1;
      one.lastAt = Date.now();
    }
    one.state = state;
  });
  return one;
}
