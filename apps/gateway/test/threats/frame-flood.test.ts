import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ask, framesUntil, openSocket, startTestGateway } from '../support/test-gateway.ts';

describe('a flood', () => {
  it('of tiny frames is slowed down, told so, and disturbs nobody else', async () => {
    const { app, port, parts } = await startTestGateway();
    onTestFinished(() => app.close());
    const [flooder, other] = await Promise.all([openSocket(port), openSocket(port)]);
    const warnings = vi.fn();
    process.on('warning', warnings);
    onTestFinished(() => void process.off('warning', warnings));
    const limited = framesUntil(flooder, (frame) => frame.type === 'error');
    for (let count = 0; count < 100_000; count++) flooder.send('{"type":"ping"}');
    expect((await limited).at(-1)).toMatchObject({ payload: { code: 'rate_limited' } });
    expect(await ask(other, '/echo undisturbed')).toHaveLength(3);
    expect(parts.channel.connectionCount).toBe(2);
    flooder.terminate();
    await expect.poll(() => parts.channel.connectionCount).toBe(1);
    // Such as that of listeners which pile up on the socket.
    expect(warnings).not.toHaveBeenCalled();
  });

  it('of pings is slowed down as well', async () => {
    const { app, port, parts } = await startTestGateway();
    onTestFinished(() => app.close());
    const [flooder, other] = await Promise.all([openSocket(port), openSocket(port)]);
    for (let count = 0; count < 100_000; count++) flooder.ping();
    expect(await ask(other, '/echo undisturbed')).toHaveLength(3);
    flooder.terminate();
    await expect.poll(() => parts.channel.connectionCount).toBe(1);
  });

  it('names the message that it refuses, so that the client can send it again', async () => {
    const { app, port } = await startTestGateway();
    onTestFinished(() => app.close());
    const socket = await openSocket(port);
    const limited = framesUntil(socket, (frame) => frame.type === 'error');
    for (let count = 0; count < 200; count++) socket.send(`{"type":"ping","id":"p${count}"}`);
    expect((await limited).at(-1)).toMatchObject({ payload: { request_id: expect.stringMatching(/^p1\d\d$/) } });
  });
});
