import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { bearer, CHANNEL_TOKEN, openSocket, startTestGateway } from '../support/test-gateway.ts';

/** What a gateway that knew nothing of `pico.v2` said: `>` lines are the client's, `<` lines its own. */
const FIXTURE = new URL('../fixtures/plain-session.txt', import.meta.url);

/** The text of a frame without what differs each time: times, and ids in the order in which they come. */
function createNormaliser() {
  const ids: string[] = [];
  return (text: string): string =>
    text
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
        if (!ids.includes(id)) ids.push(id);
        return `<answer ${ids.indexOf(id) + 1}>`;
      })
      .replace(/"timestamp":\d{13}(?=[,}])/g, '"timestamp":<time>');
}

it.each([
  ['without a subprotocol', []],
  ['with pico.v1', ['pico.v1']],
])('the plain protocol %s is what it was before pico.v2, byte for byte', async (_how, protocols) => {
  const { port, app } = await startTestGateway();
  onTestFinished(() => app.close());
  const path = '/pico/ws?session_id=fixture';
  const socket = await openSocket(port, { path, protocols, ...bearer(CHANNEL_TOKEN) });
  const normalise = createNormaliser();
  const said: string[] = [];
  socket.on('message', (data) => said.push(`< ${normalise(String(data))}`));
  const lines = readFileSync(FIXTURE, 'utf8').trimEnd().split('\n');
  const heard: string[] = [];
  for (const line of lines) {
    if (!line.startsWith('> ')) {
      heard.push(line);
      continue;
    }
    await expect.poll(() => said).toEqual(heard);
    socket.send(line.slice(2));
  }
  await expect.poll(() => said).toEqual(heard);
});
