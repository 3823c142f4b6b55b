import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openPage, useBrowser } from '../../../tests/support/browser.ts';
import type { createHubClient, HubClient } from '../src/index.ts';
import { type Bundle, bundle } from './support/bundle.ts';
import type { Conversation, converse } from './support/conversation.ts';
import { startSmallHub } from './support/small-hub.ts';

interface Page {
  picoclaw: { converse: typeof converse; createHubClient: typeof createHubClient };
  client: HubClient;
}

async function smallHub(...[options]: Parameters<typeof startSmallHub>) {
  const hub = await startSmallHub(options);
  onTestFinished(() => hub.stop());
  return hub;
}

/** A restart in the middle of a conversation: something is said before, something while nobody listens, something after. */
async function tellThroughRestart(hub: Awaited<ReturnType<typeof smallHub>>): Promise<unknown[]> {
  await hub.subscribed();
  for (const number of ['1', '2', '3']) hub.publish(number);
  await hub.stop();
  hub.publish('4');
  const again = await smallHub({ port: hub.port, history: hub.history });
  await again.subscribed();
  again.publish('5');
  again.publish('last');
  return again.said;
}

const expected: Conversation = {
  heard: ['1', '2', '3', '4', '5', 'last'],
  gaps: 0,
  states: ['connected', 'disconnected', 'connected', 'closed'],
  subprotocols: ['token.t0ken', 'token.t0ken'],
  sent: { ok: true },
};

async function folderOf({ files }: Bundle): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'picoclaw-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const { name, code } of files) await writeFile(join(folder, name), code);
  return folder;
}

describe('the client, bundled', () => {
  it(`works in Node ${process.versions.node}, ends by itself, and uses the WebSocket of the platform where there is one`, async () => {
    const folder = await folderOf(
      await bundle('node', { file: new URL('./support/node-conversation.ts', import.meta.url) }),
    );
    const hub = await smallHub();
    const child = spawn(process.execPath, [join(folder, 'entry.mjs'), hub.url, 't0ken'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output, [code], said] = await Promise.all([
      text(child.stdout),
      once(child, 'exit'),
      tellThroughRestart(hub),
    ]);
    expect(code).toBe(0);
    const { isBuiltIn, ...conversation } = JSON.parse(output) as Conversation & { isBuiltIn: boolean };
    expect(conversation).toEqual(expected);
    expect(isBuiltIn).toBe(Number.parseInt(process.versions.node, 10) >= 22);
    expect(said).toEqual(['thanks']);
  });
});

describe('the client in Chromium', () => {
  const browser = useBrowser();
  async function openClientPage() {
    const { files } = await bundle('browser', { file: new URL('./support/browser-conversation.ts', import.meta.url) });
    const person = await browser.newPerson();
    const { page } = await openPage(person);
    await page.addScriptTag({ content: files[0]?.code ?? '', type: 'module' });
    await page.waitForFunction(() => 'picoclaw' in globalThis);
    return { person, page };
  }

  it('subscribes with a token, comes back after a restart, and hears everything once', async () => {
    const { page } = await openClientPage();
    const hub = await smallHub();
    const [conversation, said] = await Promise.all([
      page.evaluate((target) => (globalThis as unknown as Page).picoclaw.converse(target), {
        url: hub.url,
        token: 't0ken',
      }),
      tellThroughRestart(hub),
    ]);
    expect(conversation).toEqual(expected);
    expect(said).toEqual(['thanks']);
  });

  it('dials at once when the browser is online again', async () => {
    const { person, page } = await openClientPage();
    const hub = await smallHub();
    const subscribed = hub.subscribed();
    await page.evaluate((url) => {
      const scope = globalThis as unknown as Page;
      const backoff = { baseMs: 3_600_000, spreadMs: 3_600_000, maxMs: 3_600_000 };
      // Never before an hour has passed.
      scope.client = scope.picoclaw.createHubClient({ url, token: 't0ken', backoff, random: () => 1 });
      scope.client.subscribe('numbers', () => undefined);
    }, hub.url);
    await subscribed;
    await person.setOffline(true);
    await hub.stop();
    await page.waitForFunction(() => (globalThis as unknown as Page).client.status.state === 'disconnected');
    const again = await smallHub({ port: hub.port, history: hub.history });
    const resubscribed = again.subscribed();
    await person.setOffline(false);
    await resubscribed;
  });

  it('is refused with another token, and tells that the handshake failed', async () => {
    const { page } = await openClientPage();
    const hub = await smallHub();
    const lastEnd = await page.evaluate((url) => {
      const { createHubClient: create } = (globalThis as unknown as Page).picoclaw;
      const client = create({ url, token: 'another' });
      return new Promise((resolve) => {
        client.on('status', (status) => {
          client.close();
          resolve(status.lastEnd);
        });
      });
    }, hub.url);
    expect(lastEnd).toMatchObject({ opened: false, code: 1006 });
  });
});
