import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { pidRecord, startLauncher } from '../support/processes.ts';
import { signIn } from '../support/sign-in.ts';
import { answerIn, ask, type Handshake, handshake } from '../support/sockets.ts';

const LAUNCHER = 'launcher-token-for-tests';
const CHANNEL = 'channel-token-for-tests';
const GATEWAY = 'gateway-token-for-tests';

const opened: Handshake[] = [];
afterEach(() => {
  for (const { socket } of opened.splice(0)) socket.terminate();
});

type Setting = 'default' | 'PICOCLAW_GATEWAY_TOKEN set' | 'pid_token_override' | 'allow_token_query';

async function start(setting: Setting) {
  const home = freshHome();
  const pico = { enabled: true, allow_token_query: setting === 'allow_token_query' };
  writeHomeFile(home, 'config.json', {
    gateway: { pid_token_override: setting === 'pid_token_override' },
    channels: { pico },
  });
  writeHomeFile(home, '.security.yml', `channels:\n  pico:\n    token: ${CHANNEL}\n`);
  const launcher = await startLauncher({
    home,
    env: {
      PICOCLAW_LAUNCHER_TOKEN: LAUNCHER,
      ...(setting === 'PICOCLAW_GATEWAY_TOKEN set' && { PICOCLAW_GATEWAY_TOKEN: GATEWAY }),
    },
  });
  const pidToken = pidRecord(home)?.token ?? '';
  const authority = setting === 'PICOCLAW_GATEWAY_TOKEN set' ? GATEWAY : CHANNEL;
  const tokens: Record<string, string> = {
    'channel token': CHANNEL,
    'gateway token': GATEWAY,
    'launcher token': LAUNCHER,
    'composed token': `pico-${pidToken}.${authority}`,
    'another token': 'wrong-token-for-tests',
  };
  return { launcher, tokens, home };
}

/** One row per token, one column per setting: which handshakes at the gateway itself open the channel. Also in docs/tokens.md. */
const AT_THE_GATEWAY: Record<string, Record<Setting, number>> = {
  'channel token': { default: 101, 'PICOCLAW_GATEWAY_TOKEN set': 401, pid_token_override: 401, allow_token_query: 101 },
  'gateway token': { default: 401, 'PICOCLAW_GATEWAY_TOKEN set': 101, pid_token_override: 401, allow_token_query: 401 },
  'composed token': {
    default: 101,
    'PICOCLAW_GATEWAY_TOKEN set': 101,
    pid_token_override: 101,
    allow_token_query: 101,
  },
  'launcher token': {
    default: 401,
    'PICOCLAW_GATEWAY_TOKEN set': 401,
    pid_token_override: 401,
    allow_token_query: 401,
  },
  'another token': { default: 401, 'PICOCLAW_GATEWAY_TOKEN set': 401, pid_token_override: 401, allow_token_query: 401 },
};

/** The same at the launcher, which is only asked by header and subprotocol. */
const AT_THE_LAUNCHER: Record<string, Record<Setting, number>> = {
  'launcher token': {
    default: 101,
    'PICOCLAW_GATEWAY_TOKEN set': 101,
    pid_token_override: 101,
    allow_token_query: 101,
  },
  'channel token': { default: 101, 'PICOCLAW_GATEWAY_TOKEN set': 403, pid_token_override: 101, allow_token_query: 101 },
  'gateway token': { default: 403, 'PICOCLAW_GATEWAY_TOKEN set': 101, pid_token_override: 403, allow_token_query: 403 },
  'another token': { default: 403, 'PICOCLAW_GATEWAY_TOKEN set': 403, pid_token_override: 403, allow_token_query: 403 },
};

const SETTINGS: Setting[] = ['default', 'PICOCLAW_GATEWAY_TOKEN set', 'pid_token_override', 'allow_token_query'];

describe.each(SETTINGS)('with %s', (setting) => {
  it('each token has the outcome that the table says, by each method', async () => {
    const { launcher, tokens } = await start(setting);
    const tryOut = async (url: string, options: Parameters<typeof handshake>[1]) => {
      const result = await handshake(url, options);
      opened.push(result);
      return result.status;
    };
    const gateway = `ws://127.0.0.1:${launcher.gatewayPort}/pico/ws`;
    for (const [name, outcomes] of Object.entries(AT_THE_GATEWAY)) {
      const token = tokens[name] ?? '';
      const expected = outcomes[setting];
      const got = {
        bearer: await tryOut(gateway, { headers: { authorization: `Bearer ${token}` } }),
        subprotocol: await tryOut(gateway, { protocols: [`token.${token}`] }),
        query: await tryOut(`${gateway}?token=${token}`, {}),
      };
      const query = setting === 'allow_token_query' ? expected : 401;
      expect([name, got]).toEqual([name, { bearer: expected, subprotocol: expected, query }]);
    }
    const proxied = launcher.url.replace('http', 'ws');
    for (const [name, outcomes] of Object.entries(AT_THE_LAUNCHER)) {
      const token = tokens[name] ?? '';
      const expected = outcomes[setting];
      const got = {
        bearer: await tryOut(`${proxied}/pico/ws`, { headers: { authorization: `Bearer ${token}` } }),
        subprotocol: await tryOut(`${proxied}/pico/ws`, { protocols: [`token.${token}`] }),
      };
      expect([name, got]).toEqual([name, { bearer: expected, subprotocol: expected }]);
    }
    expect(await tryOut(`${proxied}/pico/ws?token=${LAUNCHER}`, {})).toBe(403);
    expect(await tryOut(`${proxied}/pico/ws`, {})).toBe(403);
  });
});

it('docs/tokens.md has the same outcomes as are tested here', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/tokens.md'), 'utf8');
  for (const [table, title] of [
    [AT_THE_GATEWAY, 'at the gateway'],
    [AT_THE_LAUNCHER, 'at the launcher'],
  ] as const) {
    for (const [name, outcomes] of Object.entries(table)) {
      const { default: plain, 'PICOCLAW_GATEWAY_TOKEN set': withGateway, pid_token_override: override } = outcomes;
      expect(page).toContain(`| ${name} ${title} | ${plain} | ${withGateway} | ${override} |`);
    }
  }
});

describe('a signed-in session', () => {
  it('chats through the proxy, from our own pages only', async () => {
    const { launcher } = await start('default');
    const cookie = await signIn(launcher.url, LAUNCHER);
    const url = `${launcher.url.replace('http', 'ws')}/pico/ws`;
    const own = await handshake(url, { headers: { cookie, origin: launcher.url } });
    opened.push(own);
    expect(own.status).toBe(101);
    expect(answerIn(await ask(own.socket, '/echo hello'))).toBe('hello');
    for (const origin of ['http://evil.example', 'null', `${launcher.url}.evil.example`]) {
      expect((await handshake(url, { headers: { cookie, origin } })).status).toBe(403);
    }
    expect((await handshake(url, { headers: { cookie } })).status).toBe(403);
  });

  it('loses its sockets with 4001 when it ends, and its cookie is worth nothing any more', async () => {
    const { launcher } = await start('default');
    const cookie = await signIn(launcher.url, LAUNCHER);
    const other = await signIn(launcher.url, LAUNCHER);
    const url = `${launcher.url.replace('http', 'ws')}/pico/ws`;
    const mine = await handshake(url, { headers: { cookie, origin: launcher.url } });
    const theirs = await handshake(url, { headers: { cookie: other, origin: launcher.url } });
    opened.push(mine, theirs);
    const closed = new Promise<number>((resolve) => mine.socket.once('close', resolve));
    const startedAt = performance.now();
    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    expect((await fetch(`${launcher.url}/logout`, { method: 'POST', headers })).status).toBe(200);
    expect(await closed).toBe(4001);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect((await handshake(url, { headers: { cookie, origin: launcher.url } })).status).toBe(403);
    expect(answerIn(await ask(theirs.socket, '/echo still here'))).toBe('still here');
  });

  it('ends with the launcher: a restart accepts no old cookie', async () => {
    const { launcher, home } = await start('default');
    const cookie = await signIn(launcher.url, LAUNCHER);
    await launcher.kill('SIGTERM');
    const next = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: LAUNCHER } });
    expect((await fetch(`${next.url}/api/gateway/status`, { headers: { cookie } })).status).toBe(401);
  });
});
