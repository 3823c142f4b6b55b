import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handshake } from '../support/raw-http.ts';
import {
  ask,
  CHANNEL_TOKEN,
  framesUntil,
  ofType,
  openSocket,
  settingsWith,
  startTestGateway,
} from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway({ settings: settingsWith({ maxMessageBytes: 4096 }) });
});
afterAll(() => gateway.app.close());

describe('a frame', () => {
  it.each([
    ['that is no JSON', '{', 'invalid_message'],
    ['that is a list', '[]', 'invalid_message'],
    ['that reaches for a prototype', '{"type":"ping","__proto__":{"x":1}}', 'invalid_message'],
    ['that nests deep', `{"type":"ping","payload":${'['.repeat(1500)}${']'.repeat(1500)}}`, 'invalid_message'],
    ['of an unknown type', '{"type":"become.root","id":"r"}', 'unknown_type'],
    ['without content', '{"type":"message.send","payload":{"content":" "}}', 'empty_content'],
    [
      'with media that is no data URL',
      '{"type":"media.send","payload":{"media":["http://169.254.0.1/"]}}',
      'invalid_media',
    ],
    ['that is binary', Buffer.from('{"type":"ping"}'), 'invalid_message'],
  ])('%s gets an error frame and the socket stays open', async (_what, frame, code) => {
    const socket = await openSocket(gateway.port);
    const refusal = framesUntil(socket, ofType('error'));
    socket.send(frame);
    expect((await refusal)[0]).toMatchObject({ type: 'error', payload: { code } });
    expect(await ask(socket, '/echo on we go')).toHaveLength(3);
  });

  it('that is too large closes the socket with 1009', async () => {
    const socket = await openSocket(gateway.port);
    socket.send('x'.repeat(4097));
    expect((await once(socket, 'close'))[0]).toBe(1009);
  });

  it('of text that is not UTF-8 closes the socket with 1007', async () => {
    const socket = await openSocket(gateway.port);
    socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect((await once(socket, 'close'))[0]).toBe(1007);
  });

  it('that announces a gigabyte is refused by its header alone', async () => {
    const socket = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
    socket.write(handshake('/pico/ws', `Authorization: Bearer ${CHANNEL_TOKEN}`));
    await once(socket, 'data');
    socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4]));
    const [closeFrame] = (await once(socket, 'data')) as [Buffer];
    expect(closeFrame.readUInt16BE(2)).toBe(1009);
    socket.destroy();
  });
});
