import { createPicoSession } from '@picoclaw/client';
import { Subprotocol } from '@picoclaw/protocol';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { dataUrl } from '../../apps/gateway/test/support/images.ts';
import { api } from './api.ts';

/** Says an image in a conversation of its own, through the launcher, and answers with the path under which it is served. */
export async function sendImage(url: string, token: string, image: Buffer): Promise<string> {
  const session = createPicoSession({
    ...{ url: `${url.replace('http', 'ws')}/pico/ws`, token, tokenIn: 'header', sessionId: 's' },
    ...{ webSocket: WebSocket, subprotocols: [Subprotocol.v2] },
  });
  const stored = async () => {
    const { body } = await api(url, token).get('/api/sessions/s');
    const { messages = [] } = body as { messages?: { media?: string[] }[] };
    return messages[0]?.media?.[0];
  };
  try {
    session.send({ content: 'look', media: [dataUrl(image)] });
    await expect.poll(stored, { timeout: 15_000 }).toBeDefined();
    return (await stored()) ?? '';
  } finally {
    session.close();
  }
}
