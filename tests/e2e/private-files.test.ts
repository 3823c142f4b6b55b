import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { pidRecord, startLauncher, until } from '../support/processes.ts';
import { ask, handshake } from '../support/sockets.ts';

const TOKEN = 'token-of-an-open-file';
const IMAGE = `data:image/gif;base64,${Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1').toString('base64')}`;

it('all that is written is for its owner alone, also without a umask and where it stood open before', async () => {
  const umask = process.umask(0);
  onTestFinished(() => void process.umask(umask));
  const home = freshHome();
  mkdirSync(join(home, 'logs'));
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN });
  writeHomeFile(home, 'config.json', {});
  writeHomeFile(home, '.security.yml', 'channels:\n  telegram:\n    token: telegram-token-of-mine\n');
  writeHomeFile(home, '.picoclaw.pid', { pid: 4_194_303 });
  for (const name of ['launcher.log', 'gateway.log']) writeFileSync(join(home, 'logs', name), '');
  const before = readdirSync(home, { recursive: true, encoding: 'utf8' });
  for (const name of before) if (statSync(join(home, name)).isFile()) chmodSync(join(home, name), 0o644);

  const { url, kill } = await startLauncher({ home });
  await until(() => pidRecord(home)?.token !== undefined);
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  const send = async (method: string, path: string, body: object) =>
    (await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) })).status;
  expect(await send('PUT', '/api/system/launcher-config', { login_attempts_per_minute: 77 })).toBe(200);
  expect(await send('PUT', '/api/system/gateway-config', { 'channels.pico.ping_interval': 77 })).toBe(200);
  expect(await send('POST', '/api/pico/token', {})).toBe(200);
  const { socket } = await handshake(`${url.replace('http', 'ws')}/pico/ws`, { headers });
  socket.send(JSON.stringify({ type: 'media.send', id: 'image', payload: { content: 'look', media: [IMAGE] } }));
  await ask(socket, '/echo hello');
  socket.terminate();

  const modes = () =>
    Object.fromEntries(
      readdirSync(home, { recursive: true, encoding: 'utf8' })
        .filter((name) => name !== 'logs')
        // One that was only about to be put in its place is gone.
        .map((name) => [name, (statSync(join(home, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077]),
    );
  const seen = modes();
  for (const name of [...before.filter((one) => one !== 'logs'), 'media', 'sessions', 'sessions/frames'])
    expect(Object.keys(seen)).toContain(name);
  expect(Object.entries(seen).filter(([, others]) => others !== 0)).toEqual([]);
  await kill('SIGTERM');
  expect(Object.entries(modes()).filter(([, others]) => others !== 0)).toEqual([]);
});
