import { describe, expect, it } from 'vitest';
import { allFilesBelow, freePort, freshHome, readHomeJson, writeHomeFile } from '../support/home.ts';
import { pidRecord, run, startLauncher, until } from '../support/processes.ts';
import { signIn } from '../support/sign-in.ts';
import { answerIn, ask, handshake } from '../support/sockets.ts';

const CHANNEL = 'channel-token-of-the-go-home';
const OWN_KEYS = { telegram: { enabled: false, token: 'not ours' } };

const LAYOUTS = {
  flat: { channels: { ...OWN_KEYS, pico: { enabled: true } }, some_other_key: { kept: [1, 2, 3] } },
  list: {
    channel_list: { ...OWN_KEYS, web: { type: 'pico', enabled: true, settings: { ping_interval: 20 } } },
    some_other_key: 1,
  },
};
const SECURITY = {
  flat: `channels:\n  pico:\n    token: ${CHANNEL}\n`,
  list: `channel_list:\n  web:\n    settings:\n      token: ${CHANNEL}\n`,
};

describe.each(['flat', 'list'] as const)('a home of the Go launcher in the %s layout', (layout) => {
  it('works unchanged: tokens are found and no file is rewritten', async () => {
    const home = freshHome();
    writeHomeFile(home, 'config.json', LAYOUTS[layout]);
    writeHomeFile(home, '.security.yml', SECURITY[layout]);
    writeHomeFile(home, 'launcher-config.json', {
      port: 18800,
      public: false,
      launcher_token: 'the old launcher token',
      theirs: 1,
    });
    const before = allFilesBelow(home);
    const launcher = await startLauncher({ home });
    await signIn(launcher.url, 'the old launcher token');
    const authorization = `Bearer ${CHANNEL}`;
    for (const url of [launcher.url, `http://127.0.0.1:${launcher.gatewayPort}`]) {
      const { status, socket } = await handshake(`${url.replace('http', 'ws')}/pico/ws`, {
        headers: { authorization },
      });
      expect(status).toBe(101);
      expect(answerIn(await ask(socket, '/echo hello'))).toBe('hello');
      socket.terminate();
    }
    await launcher.kill('SIGTERM');
    const after = allFilesBelow(home);
    for (const [name, text] of before) expect([name, after.get(name)]).toEqual([name, text]);
  });

  it('gets the channel turned on in its own layout, with every other key kept', async () => {
    const home = freshHome();
    writeHomeFile(home, 'config.json', layout === 'flat' ? { channels: OWN_KEYS } : { channel_list: OWN_KEYS });
    await startLauncher({ home });
    const config = readHomeJson(home, 'config.json') as Record<string, Record<string, unknown>>;
    expect(Object.keys(config)).toEqual([layout === 'flat' ? 'channels' : 'channel_list']);
    expect(Object.values(config)[0]).toMatchObject(OWN_KEYS);
  });
});

it('brings people to a gateway of another implementation, which gets the plain channel token and no cookie', async () => {
  const home = freshHome();
  writeHomeFile(home, 'config.json', LAYOUTS.flat);
  writeHomeFile(home, '.security.yml', SECURITY.flat);
  const port = await freePort();
  const args = ['--home', home, '--port', String(port), '--token', CHANNEL];
  const foreign = run(`${import.meta.dirname}/../support/foreign-gateway.mjs`, { home, args });
  await until(() => pidRecord(home)?.port === port, foreign.output);
  expect(Object.keys(pidRecord(home) ?? {}).sort()).toEqual(['host', 'pid', 'port', 'token', 'version']);
  const launcher = await startLauncher({ home });
  expect(launcher.output()).toContain(
    `running at 127.0.0.1:${port}, pid ${foreign.child.pid}, started by somebody else`,
  );
  const cookie = await signIn(launcher.url, launcher.linkToken() ?? '');
  const headers = { cookie, origin: launcher.url };
  const { status, socket } = await handshake(`${launcher.url.replace('http', 'ws')}/pico/ws?session_id=s1`, {
    headers,
  });
  expect(status).toBe(101);
  const frames = await ask(socket, 'hello over there', 'message.create');
  expect(answerIn(frames)).toContain('hello over there');
  socket.terminate();
  const seen = JSON.stringify(await (await fetch(`http://127.0.0.1:${port}/__seen`)).json());
  expect(seen).toContain(`Bearer ${CHANNEL}`);
  expect(seen.toLowerCase()).not.toContain('cookie');
  await launcher.kill('SIGTERM');
  expect(pidRecord(home)?.pid).toBe(foreign.child.pid);
});
