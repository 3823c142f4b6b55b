import { createHubClient, type HubPublication } from '@picoclaw/client';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { aLauncher, TOKEN } from './build-test-launcher.ts';

/** A launcher that listens, and a client of its events that comes back within moments. */
async function aClient() {
  const launcher = await aLauncher();
  const address = await launcher.app.listen({ host: '127.0.0.1', port: 0 });
  const client = createHubClient({
    url: `${address.replace('http', 'ws')}/api/events`,
    token: TOKEN,
    tokenIn: 'header',
    webSocket: WebSocket,
    backoff: { baseMs: 50, spreadMs: 50 },
  });
  onTestFinished(() => client.close());
  const gaps: string[] = [];
  client.on('gap', ({ channel }) => gaps.push(channel));
  const follow = (channel: string) => {
    const heard: HubPublication[] = [];
    client.subscribe(channel, (publication) => heard.push(publication));
    const lines = () => heard.map(({ data }) => data);
    return { heard, hears: (data: unknown[]) => expect.poll(lines, { timeout: 5_000 }).toEqual(data) };
  };
  return { ...launcher, client, gaps, follow };
}

test('a client follows the status from the start, and lines through a lost connection, each once', async () => {
  const { client, gaps, follow, supervisor, events } = await aClient();
  const status = follow('gateway:status');
  await status.hears([expect.objectContaining({ gateway_status: 'stopped' })]);
  const output = follow('process:gateway');
  await expect.poll(() => events.hub.subscriberCount('process:gateway')).toBe(1);
  supervisor.log.append('one');
  await output.hears(['one']);
  events.hub.disconnect(() => true, 1012, 'restarting');
  supervisor.log.append('two');
  await expect.poll(() => events.hub.subscriberCount('process:gateway')).toBe(1);
  supervisor.log.append('three');
  await output.hears(['one', 'two', 'three']);
  expect(output.heard[2]).toMatchObject({ type: 'process_output', processId: 'gateway', offset: 2 });
  expect(gaps).toEqual([]);
  expect(client.status.state).toBe('connected');
});

test('a client is told what it may not read, and that nobody sends', async () => {
  const { client } = await aClient();
  const refused = new Promise((resolve) => client.on('error', resolve));
  client.subscribe('process:other', () => undefined);
  expect(await refused).toMatchObject({ channel: 'process:other', code: 'forbidden' });
  expect(await client.send('launcher:notices', 'x')).toMatchObject({ ok: false, code: 'not_allowed' });
});
