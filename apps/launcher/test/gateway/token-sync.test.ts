import { setTimeout as delay } from 'node:timers/promises';
import { Secret } from '@picoclaw/auth';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Channel } from '../../src/gateway/channel.ts';
import type { Supervisor } from '../../src/gateway/supervise.ts';
import { createTokenSync } from '../../src/gateway/token-sync.ts';

const CHANNEL: Channel = {
  ...{ enabled: true, token: new Secret('first'), allowOrigins: [], allowTokenQuery: false },
  ...{ defaultModel: undefined, gatewayPort: undefined },
};

/** A sync on a configuration that the test edits, with a gateway that counts its reloads. */
function aSync({ status = 200, busy = 0 } = {}) {
  let channel = CHANNEL;
  let reloads = 0;
  let at = 0;
  let reads = 0;
  let left = busy;
  const reload = async () => {
    if (left > 0) {
      left -= 1;
      return { ok: false, reason: 'busy', message: 'A start is in progress.' };
    }
    reloads += 1;
    return { ok: true, answered: true, status, body: {} };
  };
  const sync = createTokenSync({
    channel: {
      read: async () => {
        reads += 1;
        return channel;
      },
    },
    supervisor: { reload, settled: async () => {} } as unknown as Supervisor,
    logger: pino({ level: 'silent' }),
    pollMs: 5,
    now: () => at,
  });
  onTestFinished(() => sync.close());
  return {
    sync,
    edit(change: Partial<Channel>) {
      channel = { ...channel, ...change };
    },
    reloads: () => reloads,
    /** Two further looks have been taken. */
    async looked() {
      const before = reads;
      await expect.poll(() => reads).toBeGreaterThan(before + 1);
    },
    pass(ms: number) {
      at += ms;
    },
  };
}

test('an edit of the token by hand has the gateway read it, once', async () => {
  const { edit, reloads, looked } = aSync();
  await looked();
  expect(reloads()).toBe(0);
  edit({ token: new Secret('second') });
  await expect.poll(reloads).toBe(1);
  await looked();
  expect(reloads()).toBe(1);
});

test('what is changed on purpose is applied by who changes it, and not once more by the one who looks', async () => {
  const { sync, edit, reloads, looked } = aSync();
  await looked();
  const rotated = await sync.change(async () => {
    edit({ token: new Secret('second') });
    await delay(50);
    return 'rotated';
  });
  expect(rotated).toBe('rotated');
  expect(await sync.apply()).toBe(true);
  await looked();
  expect(reloads()).toBe(1);

  await expect(sync.change(() => Promise.reject(new Error('the disk is full')))).rejects.toThrow('the disk is full');
  edit({ token: new Secret('third') });
  await expect.poll(reloads).toBe(2);
});

test('what does not decide who gets in is none of its business', async () => {
  const { edit, reloads, looked } = aSync();
  await looked();
  edit({ defaultModel: 'large', token: new Secret('first') });
  await looked();
  expect(reloads()).toBe(0);
  edit({ enabled: false });
  await expect.poll(reloads).toBe(1);
});

test('a file that is half written changes nothing, and when it is whole again counts as it then is', async () => {
  const { edit, reloads, looked } = aSync();
  await looked();
  edit({ problem: 'not JSON', token: undefined, enabled: false });
  await looked();
  expect(reloads()).toBe(0);
  edit({ ...CHANNEL, problem: undefined as never });
  await looked();
  expect(reloads()).toBe(0);
});

test('a rotation applies at once, and is not applied again when the files are looked at', async () => {
  const { sync, edit, reloads, looked } = aSync();
  await looked();
  edit({ token: new Secret('second') });
  expect(await sync.apply()).toBe(true);
  const after = reloads();
  await looked();
  expect(reloads()).toBe(after);
});

test('an order in progress is waited for', async () => {
  const { sync, reloads } = aSync({ busy: 3 });
  expect(await sync.apply()).toBe(true);
  expect(reloads()).toBe(1);
});

test('a gateway that does not take it is told as such', async () => {
  expect(await aSync({ status: 500 }).sync.apply()).toBe(false);
});

test('a gateway that refuses the configured token has an older one; it is reloaded, but not for each client', async () => {
  const { sync, reloads, pass } = aSync();
  for (const _ of Array.from({ length: 100 })) sync.refused();
  await expect.poll(reloads).toBe(1);
  pass(4_999);
  sync.refused();
  pass(1);
  sync.refused();
  await expect.poll(reloads).toBe(2);
});

test('nothing happens any more when it is closed', async () => {
  const { sync, reloads } = aSync({ busy: Number.POSITIVE_INFINITY });
  const applying = sync.apply();
  sync.close();
  expect(await applying).toBe(false);
  expect(reloads()).toBe(0);
});

test('what a gateway reads at its start is no change, what is edited after that is one', async () => {
  const { sync, edit, reloads, looked } = aSync();
  await looked();
  edit({ token: new Secret('made for the start') });
  await sync.startsNow();
  await looked();
  expect(reloads()).toBe(0);
  edit({ token: new Secret('edited by hand') });
  await looked();
  expect(reloads()).toBe(1);
});
