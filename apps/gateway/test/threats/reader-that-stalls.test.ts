import { EventEmitter, once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Agent } from '../../src/agents/agent.ts';
import { ask, bearer, CHANNEL_TOKEN, openSocket, settingsWith, startTestGateway } from '../support/test-gateway.ts';

/** Answers with so many pieces of so many bytes; the full text so far goes out with each. */
const createLoudAgent = (pieces: number, bytes: number, pace: () => Promise<unknown>): Agent => ({
  modelName: undefined,
  async *answer() {
    for (let piece = 0; piece < pieces; piece++) {
      const heard = pace();
      yield { kind: 'text', text: 'x'.repeat(bytes) };
      await heard;
    }
  },
});

/** One that reads and one that stalls, in one session; the agent waits for the one that reads. */
async function start(pieces: number, bytes: number, writeTimeoutMs: number) {
  const heard = new EventEmitter();
  const agent = createLoudAgent(pieces, bytes, () => once(heard, 'frame'));
  const gateway = await startTestGateway({ agent, settings: settingsWith({ writeTimeoutMs }) });
  onTestFinished(() => gateway.app.close());
  const options = { path: '/pico/ws?session_id=shared', ...bearer(CHANNEL_TOKEN) };
  const [reader, stalled] = await Promise.all([openSocket(gateway.port, options), openSocket(gateway.port, options)]);
  stalled.on('error', () => undefined);
  stalled.pause();
  reader.on('message', (data: Buffer) => data.length > bytes && heard.emit('frame'));
  return { ...gateway, reader, stalled };
}

describe('a client that stops reading', () => {
  it('is given up when more waits for it than is kept, and delays nobody', async () => {
    const { reader, stalled, parts, lines } = await start(24, 256 * 1024, 60_000);
    const frames = ask(reader, 'be loud');
    await expect.poll(() => lines.join('')).toContain('"code":"buffer_full"');
    const closed = once(stalled, 'close');
    stalled.resume();
    expect((await closed)[0]).toBe(1013);
    await expect.poll(() => parts.channel.connectionCount).toBe(1);
    expect(await frames).toHaveLength(26);
  });

  it('is given up when nothing drains for write_timeout', async () => {
    // Long enough for the one that reads, on a machine that is busy with something else.
    const { reader, parts, lines } = await start(1, 12 * 1024 * 1024, 3_000);
    await ask(reader, 'be loud once');
    // It never reads the close frame, so its two seconds to agree pass as well.
    await expect.poll(() => parts.channel.connectionCount, { timeout: 20_000 }).toBe(1);
    expect(lines.join('')).toContain('"code":"write_timeout"');
  });
});
