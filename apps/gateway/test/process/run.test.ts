import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  bundleGateway,
  createHome,
  freePort,
  type GatewayProcess,
  hasPidFile,
  pidFileOf,
  recordIn,
  startProcess,
} from '../support/gateway-process.ts';
import { ask, bearer, openSocket } from '../support/test-gateway.ts';

let bundle: Awaited<ReturnType<typeof bundleGateway>>;
beforeAll(async () => {
  bundle = await bundleGateway();
});
afterAll(() => bundle.remove());

const READY = 'gateway is ready';
const TOKEN = 'a-channel-token';

async function started(home: string, words: string[] = [], env: Record<string, string> = {}): Promise<GatewayProcess> {
  const port = words.includes('--port') ? [] : ['--port', String(await freePort())];
  const gateway = startProcess(bundle.program, { home, words: [...words, ...port], env });
  await gateway.saying(READY);
  return gateway;
}

const answers = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

describe('a gateway process', () => {
  it('starts, serves, and stops by SIGTERM at once, with exit code 0 and no pid file', async () => {
    const home = createHome();
    const gateway = await started(home, ['run', '-E'], { PICOCLAW_CHANNELS_PICO_TOKEN: TOKEN });
    const { pid, port } = recordIn(home);
    expect(pid).toBe(gateway.child.pid);
    expect(await answers(port, '/ready')).toBe(200);
    const socket = await openSocket(port, bearer(TOKEN));
    expect(await ask(socket, '/echo hello')).toHaveLength(3);
    const closed = once(socket, 'close');
    const stoppedAt = performance.now();
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(performance.now() - stoppedAt).toBeLessThan(1_500);
    expect((await closed)[0]).toBe(1001);
    expect(hasPidFile(home)).toBe(false);
    expect(gateway.output.stderr).toBe('');
  });

  it('keeps its log for its owner, without any token', async () => {
    const home = createHome();
    const gateway = await started(home, [], { PICOCLAW_GATEWAY_TOKEN: TOKEN });
    const { token } = recordIn(home);
    gateway.child.kill('SIGINT');
    expect(await gateway.ended).toBe(0);
    const file = join(home, 'logs', 'gateway.log');
    const log = readFileSync(file, 'utf8');
    expect(log).toContain('gateway has stopped');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'logs')).mode & 0o777).toBe(0o700);
    for (const secret of [TOKEN, token]) expect(log + gateway.output.stdout).not.toContain(secret);
  });

  it('makes a channel token when the channel is on and none is written anywhere', async () => {
    const home = createHome();
    await started(home);
    const [, token = ''] = /token: (\S+)/.exec(readFileSync(join(home, '.security.yml'), 'utf8')) ?? [];
    await openSocket(recordIn(home).port, bearer(token));
  });

  it('ends with 75 and one line when a gateway of this home runs, on this port or another', async () => {
    const home = createHome();
    await started(home);
    const { pid, port } = recordIn(home);
    const line = `gateway is already running (pid ${pid}, version 1.2.3, 127.0.0.1:${port})\n`;
    for (const otherPort of [port, await freePort()]) {
      const second = startProcess(bundle.program, { home, words: ['--port', String(otherPort)] });
      expect(await second.ended).toBe(75);
      expect(second.output.stderr).toBe(line);
    }
    expect(recordIn(home).pid).toBe(pid);
    expect(await answers(port, '/health')).toBe(200);
  });

  it('ends with 78, naming port and holder, when another program has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const home = createHome();
    const gateway = startProcess(bundle.program, { home, words: ['--port', String(port)] });
    expect(await gateway.ended).toBe(78);
    expect(gateway.output.stderr).toMatch(new RegExp(`^port ${port} on 127.0.0.1 is in use by .*\n$`));
    expect(hasPidFile(home)).toBe(false);
  });

  it('ends with 78 soon when the gateway of another home has the port', async () => {
    const home = createHome();
    await started(home);
    const { pid, port } = recordIn(home);
    const startedAt = performance.now();
    const gateway = startProcess(bundle.program, { home: createHome(), words: ['--port', String(port)] });
    expect(await gateway.ended).toBe(78);
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    expect(gateway.output.stderr).toContain(`in use by pid ${pid} (picoclaw gateway)`);
  });

  it.each([
    ['a value of the wrong type', '{"gateway":{"port":"high"}}', 'gateway.port'],
    ['no JSON', '{', 'config.json'],
  ])('ends with 78 and one line for a configuration with %s', async (_what, text, named) => {
    const home = createHome();
    writeFileSync(join(home, 'config.json'), text);
    const gateway = startProcess(bundle.program, { home });
    expect(await gateway.ended).toBe(78);
    expect(gateway.output.stderr).toContain(named);
    expect(gateway.output.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['an unknown flag', ['--prot', '1'], "unknown option '--prot'"],
    ['two configuration files', ['run', 'a.json', 'b.json'], '"b.json" is a second one'],
  ])('ends with 2 for %s', async (_what, words, named) => {
    const gateway = startProcess(bundle.program, { home: createHome(), words });
    expect(await gateway.ended).toBe(2);
    expect(gateway.output.stderr).toContain(named);
  });

  it('takes the Go launcher’s single-dash flags', async () => {
    const gateway = startProcess(bundle.program, { home: createHome(), words: ['-port', '99999', '-debug'] });
    expect(await gateway.ended).toBe(78);
    expect(gateway.output.stderr).toContain('gateway.port');
  });

  it('ends with 78 where its pid file cannot be written', async () => {
    const home = createHome();
    mkdirSync(pidFileOf(home));
    const gateway = startProcess(bundle.program, { home, words: ['--port', String(await freePort())] });
    expect(await gateway.ended).toBe(78);
    expect(gateway.output.stderr).toContain('.picoclaw.pid: is not a regular file');
  });

  it('ends with 78 for a port on the command line that is none', async () => {
    const gateway = startProcess(bundle.program, { home: createHome(), words: ['--port', '99999'] });
    expect(await gateway.ended).toBe(78);
    expect(gateway.output.stderr).toContain('gateway.port');
  });

  it('takes over after kill -9', async () => {
    const home = createHome();
    const port = String(await freePort());
    const first = await started(home, ['--port', port]);
    const before = recordIn(home);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(hasPidFile(home)).toBe(true);
    await started(home, ['--port', port]);
    expect(recordIn(home).instance_id).not.toBe(before.instance_id);
  });

  it('leaves a pid file alone that is not its own any more', async () => {
    const home = createHome();
    const gateway = await started(home);
    const foreign = JSON.stringify({ ...recordIn(home), instance_id: 'another run', token: 'f'.repeat(32) });
    writeFileSync(pidFileOf(home), foreign);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
    expect(readFileSync(pidFileOf(home), 'utf8')).toBe(foreign);
  });

  it('reloads by SIGHUP: a rotated channel token closes sockets of the old one', async () => {
    const home = createHome({ channels: { pico: { enabled: true, token: TOKEN } } });
    const gateway = await started(home);
    const { port } = recordIn(home);
    const socket = await openSocket(port, bearer(TOKEN));
    writeFileSync(join(home, 'config.json'), JSON.stringify({ channels: { pico: { enabled: true, token: 'new' } } }));
    gateway.child.kill('SIGHUP');
    expect((await once(socket, 'close'))[0]).toBe(4001);
    await openSocket(port, bearer('new'));
  });

  it('keeps running on an invalid reload', async () => {
    const home = createHome({ channels: { pico: { enabled: true, token: TOKEN } } });
    const gateway = await started(home);
    writeFileSync(join(home, 'config.json'), '{');
    gateway.child.kill('SIGHUP');
    await gateway.saying('reload rejected');
    await openSocket(recordIn(home).port, bearer(TOKEN));
  });

  it('reloads by itself with hot_reload', async () => {
    const config = (token: string) =>
      JSON.stringify({ gateway: { hot_reload: true }, channels: { pico: { enabled: true, token } } });
    const home = createHome(JSON.parse(config(TOKEN)));
    await started(home);
    const socket = await openSocket(recordIn(home).port, bearer(TOKEN));
    writeFileSync(join(home, 'config.json'), config('new'));
    expect((await once(socket, 'close'))[0]).toBe(4001);
  });

  it('goes on when nobody reads its stdout any more', async () => {
    const home = createHome();
    const gateway = await started(home, ['--debug']);
    gateway.child.stdout?.destroy();
    const { port } = recordIn(home);
    for (let count = 0; count < 20; count++) expect(await answers(port, '/nowhere')).toBe(404);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
  });

  it('finishes the answer in flight before it ends', async () => {
    const home = createHome();
    const gateway = await started(home, [], { PICOCLAW_CHANNELS_PICO_TOKEN: TOKEN });
    const socket = await openSocket(recordIn(home).port, bearer(TOKEN));
    socket.send(JSON.stringify({ type: 'message.send', payload: { content: '/stream 40' } }));
    await once(socket, 'message');
    gateway.child.kill('SIGTERM');
    expect((await once(socket, 'close'))[0]).toBe(1001);
    expect(await gateway.ended).toBe(0);
    const sessions = join(home, 'sessions');
    const names = readdirSync(sessions).filter((name) => name.endsWith('.jsonl'));
    const stored = names.map((name) => readFileSync(join(sessions, name), 'utf8')).join('');
    expect(stored).toContain('"content":"1 2 3 ');
    expect(stored).toContain(' 38 39 40"');
  });
});
