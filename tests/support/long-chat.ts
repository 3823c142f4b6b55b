import { createPicoSession } from '@picoclaw/client';
import { Subprotocol } from '@picoclaw/protocol';
import { expect } from 'vitest';
import { WebSocket } from 'ws';

interface Beforehand {
  sessionId: string;
  token: string;
  /** Each is echoed by the built-in agent. */
  texts: readonly string[];
}

/** Fills a session with messages and their answers, one after the other. */
export async function sayBeforehand({ url }: { url: string }, { sessionId, token, texts }: Beforehand): Promise<void> {
  const session = createPicoSession({
    ...{ url: `${url.replace('http', 'ws')}/pico/ws`, token, tokenIn: 'header', sessionId },
    ...{ webSocket: WebSocket, subprotocols: [Subprotocol.v2] },
  });
  const answers = () => session.getSnapshot().messages.filter(({ author }) => author === 'agent').length;
  for (const [index, text] of texts.entries()) {
    session.send(`/echo ${text}`);
    await expect.poll(answers, { interval: 1 }).toBe(index + 1);
  }
  session.close();
}
