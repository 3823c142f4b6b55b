import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handshake, statusLineAndHeaders } from '../support/raw-http.ts';
import { CHANNEL_TOKEN, PID_TOKEN, startTestGateway } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.app.close());

const good = `Authorization: Bearer ${CHANNEL_TOKEN}`;
const valid = handshake('/pico/ws', good);

describe('an upgrade', () => {
  it.each([
    ['of the channel, properly made', valid, 101],
    ['of /health', handshake('/health', good), 404],
    ['of /ready', handshake('/ready', good), 404],
    ['of /reload', handshake('/reload', `Authorization: Bearer ${PID_TOKEN}`).replace('GET', 'POST'), 405],
    ['of the channel by POST', valid.replace('GET', 'POST'), 405],
    ['to h2c', valid.replace('Upgrade: websocket', 'Upgrade: h2c'), 400],
    ['with a body', `${handshake('/pico/ws', good, 'Content-Length: 5').replace('\r\n\r\n', '\r\n\r\nhello')}`, 400],
    ['with a chunked body', handshake('/pico/ws', good, 'Transfer-Encoding: chunked'), 400],
    ['of an old version', valid.replace('Version: 13', 'Version: 8'), 426],
    ['with a bad key', valid.replace('dGhlIHNhbXBsZSBub25jZQ==', 'short'), 400],
    ['with two Authorization lines', handshake('/pico/ws', good, good), 401],
    ['of a path that only decodes to it', handshake('/pico/%77s', good), 101],
    ['of a path that only begins like it', handshake('/pico/ws/../../health', good), 404],
    ['of another case', handshake('/PICO/ws', good), 404],
    ['of a path that cannot be decoded', handshake('/%zz', good), 400],
  ])('%s is answered by the right status', async (_what, request, status) => {
    const reply = await statusLineAndHeaders(gateway.port, request);
    expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (status === 426) expect(reply).toMatch(/sec-websocket-version: 13/i);
  });
});
