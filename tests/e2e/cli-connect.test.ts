import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { api } from '../support/api.ts';
import { cli } from '../support/cli.ts';
import { type Connected, connectReport, portsOf, tokenFile } from '../support/connect-report.ts';
import { freePort, freshHome, writeHomeFile } from '../support/home.ts';
import { startAnswering } from '../support/in-between.ts';
import { built, pidRecord, run, startLauncher, until } from '../support/processes.ts';
import { runSnippet } from '../support/snippet.ts';
import { type Handshake, handshake } from '../support/sockets.ts';

const LAUNCHER = 'launcher-token-for-tests';
const CHANNEL = 'channel-token-for-tests';
const GATEWAY = 'gateway-token-for-tests';

const opened: Handshake[] = [];
afterEach(() => {
  for (const { socket } of opened.splice(0)) socket.terminate();
});

interface HomeOptions {
  readonly gateway?: object;
  readonly pico?: object;
}

function preparedHome({ gateway = {}, pico = {} }: HomeOptions = {}): string {
  const home = freshHome();
  writeHomeFile(home, 'config.json', { gateway, channels: { pico: { enabled: true, ...pico } } });
  writeHomeFile(home, '.security.yml', `channels:\n  pico:\n    token: ${CHANNEL}\n`);
  writeHomeFile(home, 'launcher-config.json', { launcher_token: LAUNCHER });
  return home;
}

async function startHome(options: HomeOptions = {}, env: Readonly<Record<string, string>> = {}) {
  const home = preparedHome(options);
  const launcher = await startLauncher({ home, env });
  const ports = portsOf(launcher);
  const connect = (args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) =>
    connectReport(home, args, { ...ports, ...env, ...more });
  return { home, launcher, ports, connect };
}

/** The reason of every way, when it is the same for all. */
function onlyReason({ reasons }: Connected): string {
  const codes = [...new Set(Object.values(reasons))];
  expect(codes).toHaveLength(1);
  return codes[0] ?? '';
}

describe('a home that runs', () => {
  it('is reached by every way but the query, leaves no session behind, and shows no token', async () => {
    const { home, launcher, ports } = await startHome();
    const { code, reasons, report } = await connectReport(home, [], ports);
    expect(code).toBe(0);
    expect(reasons).toEqual({
      'launcher channel bearer': 'connected',
      'launcher channel subprotocol': 'connected',
      'launcher launcher bearer': 'connected',
      'launcher launcher subprotocol': 'connected',
      'gateway channel bearer': 'connected',
      'gateway channel subprotocol': 'connected',
      'gateway channel query': 'token_query_off',
    });
    expect(report.recommended).toMatchObject({
      ...{ target: 'launcher', method: 'bearer', token: 'channel', url: `ws://127.0.0.1:${launcher.port}/pico/ws` },
      token_from: `${home}/.security.yml: channels.pico.token`,
    });
    expect((await api(launcher.url, LAUNCHER).get('/api/sessions')).body).toEqual([]);
    expect(readdirSync(join(home, 'sessions'), { recursive: true })).toEqual(['frames']);
    const shown = await cli(['connect'], { home, env: ports });
    expect(shown.code).toBe(0);
    expect(shown.stdout.match(/✓/g)).toHaveLength(6);
    expect(shown.stdout).toContain('✗ channel token as ?token= in the address: The token is right, but');
    expect(shown.stdout).toContain(`Recommended  ws://127.0.0.1:${launcher.port}/pico/ws, channel token as Bearer`);
    for (const text of [shown.stdout, shown.stderr, JSON.stringify(report)]) {
      for (const secret of [LAUNCHER, CHANNEL, pidRecord(home)?.token ?? '?']) expect(text).not.toContain(secret);
    }
  });

  it('gets an answer by the recommended snippet', async () => {
    const { home, ports, connect } = await startHome();
    const { report } = await connect();
    const environment = { PICOCLAW_HOME: home, ...ports };
    const variables = Object.entries(environment).map(([name, value]) => `${name}='${value}'`);
    // The program by its name, as an installed one is found.
    const installed = `picoclaw-launcher() { ${variables.join(' ')} '${process.execPath}' '${built('cli.js')}' "$@"; }`;
    const shell = `${installed.replace('picoclaw-launcher()', 'launcher()')}\n${report.recommended?.snippet}`;
    const output = await runSnippet('echo.sh', shell.replace('$(picoclaw-launcher ', '$(launcher '), '');
    expect(output).toContain('"content":"hello"');
  });

  it('is tried at one address, the http one turned into ws, with its tokens as it is its own', async () => {
    const { launcher, connect } = await startHome();
    const own = await connect(['--url', `http://localhost:${launcher.port}`]);
    expect(own.code).toBe(0);
    expect(own.stderr).toContain(`this one is ws://localhost:${launcher.port}/pico/ws`);
    expect(Object.keys(own.reasons)).toHaveLength(4);
    const astray = await connect(['--url', `http://localhost:${launcher.port}/elsewhere`]);
    expect([astray.code, onlyReason(astray)]).toEqual([78, 'wrong_path']);
    const straight = await connect(['--url', `ws://localhost:${launcher.gatewayPort}/pico/ws`]);
    expect(Object.keys(straight.reasons)).toEqual([
      'gateway channel bearer',
      'gateway channel subprotocol',
      'gateway channel query',
    ]);
  });

  it('takes ?token= where that is allowed', async () => {
    const { connect } = await startHome({ pico: { allow_token_query: true } });
    expect((await connect()).reasons['gateway channel query']).toBe('connected');
  });
});

describe('a token of the wrong kind', () => {
  it('is told apart by what each door says to it', async () => {
    const { home, launcher, connect } = await startHome();
    const pid = pidRecord(home)?.token ?? '';
    const straight = (token: string) =>
      connect(['--url', `ws://127.0.0.1:${launcher.gatewayPort}`, '--token-file', tokenFile(home, token)]);
    for (const [token, reason] of [
      ['wrong-token-for-tests', 'wrong_token'],
      [LAUNCHER, 'launcher_token_at_gateway'],
      [pid, 'pid_token_presented'],
      [`pico-${'0'.repeat(32)}.${CHANNEL}`, 'composed_token_stale'],
    ] as const) {
      const tried = await straight(token);
      expect([token, onlyReason(tried), tried.code]).toEqual([token, reason, 4]);
    }
    expect((await straight(`pico-${pid}.${CHANNEL}`)).reasons['gateway given bearer']).toBe('connected');
    const proxied = await connect(['--url', launcher.url, '--token-file', tokenFile(home, CHANNEL)]);
    expect(proxied.reasons).toEqual({
      'launcher given bearer': 'connected',
      'launcher given subprotocol': 'connected',
      'launcher given query': 'session_needed',
      'launcher given api': 'channel_token_at_api',
    });
    const composed = await connect(['--url', launcher.url, '--token-file', tokenFile(home, `pico-${pid}.${CHANNEL}`)]);
    expect(composed.reasons).toMatchObject({
      'launcher given bearer': 'composed_token_at_launcher',
      'launcher given api': 'composed_token_at_launcher',
    });
    const right = await connect(['--url', launcher.url, '--token-file', tokenFile(home, LAUNCHER)]);
    expect(right.reasons['launcher given api']).toBe('connected');
  });

  it('is one that PICOCLAW_GATEWAY_TOKEN beats', async () => {
    const { home, launcher, connect } = await startHome({}, { PICOCLAW_GATEWAY_TOKEN: GATEWAY });
    expect((await connect()).code).toBe(0);
    const url = `ws://127.0.0.1:${launcher.gatewayPort}`;
    const tried = await connect(['--url', url, '--token-file', tokenFile(home, CHANNEL)]);
    expect(onlyReason(tried)).toBe('channel_token_shadowed');
  });

  it('opens nothing alone with pid_token_override, and the launcher still does', async () => {
    const { connect } = await startHome({ gateway: { pid_token_override: true } });
    const { code, reasons, report } = await connect();
    expect(code).toBe(0);
    expect(reasons).toMatchObject({
      'launcher channel bearer': 'connected',
      'gateway channel bearer': 'pid_token_override_on',
      'gateway channel query': 'pid_token_override_on',
    });
    expect(report.recommended?.target).toBe('launcher');
  });

  it('is not looked for in this shell, whose variables are none of what runs', async () => {
    const { connect } = await startHome();
    const stale = { PICOCLAW_CHANNELS_PICO_TOKEN: 'stale-token', PICOCLAW_LAUNCHER_TOKEN: 'stale-launcher-token' };
    const { reasons } = await connect([], stale);
    expect(new Set(Object.values(reasons))).toEqual(new Set(['connected', 'token_query_off']));
  });

  it('is the one in the file, when what runs has not read it', async () => {
    const home = preparedHome();
    const ports = portsOf({ port: await freePort(), gatewayPort: await freePort() });
    run(built('gateway.js'), { home, env: ports });
    await until(() => pidRecord(home) !== undefined);
    writeHomeFile(home, '.security.yml', 'channels:\n  pico:\n    token: another-channel-token\n');
    const { code, reasons, report } = await connectReport(home, [], ports);
    expect([code, reasons['gateway channel bearer']]).toEqual([4, 'token_drift']);
    const way = report.ways.find(({ target }) => target === 'gateway');
    expect(way?.reason).toContain(`${home}/.security.yml: channels.pico.token`);
    expect(way?.fix).toContain('picoclaw-launcher gateway restart');
  });

  it('is one that a service unit brings, which is named with the finding of doctor', async () => {
    const home = preparedHome();
    const config = join(home, 'xdg');
    const units = join(config, 'systemd', 'user');
    mkdirSync(units, { recursive: true });
    const embedded = { PICOCLAW_HOME: home, PICOCLAW_CHANNELS_PICO_TOKEN: 'token-of-an-old-unit' };
    const lines = Object.entries(embedded).map(([name, value]) => `Environment=${name}=${value}`);
    const program = `ExecStart=/usr/bin/node ${built('gateway.js')}`;
    const unit = ['[Unit]', 'Description=PicoClaw gateway', '[Service]', program, ...lines, ''].join('\n');
    writeFileSync(join(units, 'picoclaw-gateway.service'), unit);
    const ports = portsOf({ port: await freePort(), gatewayPort: await freePort() });
    // As that unit of old has started it: without the mark of a service, so that its variable beats the file.
    run(built('gateway.js'), { home, env: { ...ports, ...embedded } });
    await until(() => pidRecord(home) !== undefined);
    const { code, reasons, report } = await connectReport(home, [], { ...ports, XDG_CONFIG_HOME: config });
    expect([code, reasons['gateway channel bearer']]).toEqual([4, 'embedded_token']);
    const way = report.ways.find(({ target }) => target === 'gateway');
    expect(way?.reason).toContain(join(units, 'picoclaw-gateway.service'));
    expect(way?.reason).toContain('accepts that of PICOCLAW_CHANNELS_PICO_TOKEN');
    expect(way?.fix).toContain('doctor --repair --only embedded-token');
    expect(JSON.stringify(report)).not.toContain('token-of-an-old-unit');
  });

  it('that was tried too often is not looked at for a while, which is said in seconds', async () => {
    const { launcher, connect } = await startHome();
    const wrong = { authorization: 'Bearer wrong-token-for-tests' };
    for (let count = 0; count < 11; count += 1) await fetch(`${launcher.url}/api/gateway/status`, { headers: wrong });
    const { code, reasons, report } = await connect(['--url', launcher.url]);
    expect([code, reasons['launcher channel bearer']]).toEqual([4, 'rate_limited']);
    expect(report.ways[0]?.fix).toMatch(/^Try again in \d+ s\.$/);
  });
});

describe('what stands in the way', () => {
  it('is nothing but that nothing runs', async () => {
    const home = preparedHome();
    const ports = portsOf({ port: await freePort(), gatewayPort: await freePort() });
    const { code, reasons, report } = await connectReport(home, [], ports);
    expect(code).toBe(3);
    expect(report.recommended).toBeNull();
    expect(new Set(Object.values(reasons))).toEqual(new Set(['launcher_down', 'gateway_down']));
  });

  it('is a gateway that was stopped: 503 at the launcher, refused at the gateway', async () => {
    const { launcher, connect } = await startHome();
    await api(launcher.url, LAUNCHER).post('/api/gateway/stop');
    const { code, reasons } = await connect();
    expect([code, new Set(Object.values(reasons))]).toEqual([3, new Set(['gateway_down'])]);
  });

  it('is a pid file that was left over, which is named', async () => {
    const { home, launcher, connect } = await startHome();
    await api(launcher.url, LAUNCHER).post('/api/gateway/stop');
    const port = launcher.gatewayPort;
    const record = { pid: 2 ** 22 + 1, token: '0'.repeat(32), version: '0.1.0', port, host: '127.0.0.1' };
    writeHomeFile(home, '.picoclaw.pid', record);
    const tried = await connect();
    expect([tried.code, onlyReason(tried)]).toEqual([3, 'stale_pid_file']);
    for (const { reason } of tried.report.ways) expect(reason).toContain(join(home, '.picoclaw.pid'));
  });

  it('is the channel, which is turned off', async () => {
    const home = preparedHome({ pico: { enabled: false } });
    const ports = portsOf({ port: await freePort(), gatewayPort: await freePort() });
    run(built('gateway.js'), { home, env: ports });
    await until(() => pidRecord(home) !== undefined);
    const { code, reasons } = await connectReport(home, [], ports);
    expect([code, reasons['gateway channel bearer']]).toEqual([78, 'channel_disabled']);
  });

  it('is an origin that is not allowed', async () => {
    const { connect } = await startHome({ pico: { allow_origins: ['https://chat.example.org'] } });
    const foreign = await connect(['--origin', 'https://evil.example']);
    expect(foreign.reasons['gateway channel bearer']).toBe('origin_not_allowed');
    expect(foreign.report.ways.find(({ target }) => target === 'gateway')?.fix).toContain('"https://evil.example"');
    // Which it says only to who has a right token.
    expect(foreign.reasons['gateway channel query']).toBe('token_query_off');
    const allowed = await connect(['--origin', 'https://chat.example.org']);
    expect(allowed.reasons['gateway channel bearer']).toBe('connected');
  });

  it('is that as many are connected as may be', async () => {
    const { launcher, connect } = await startHome({ pico: { max_connections: 1 } });
    expect((await connect()).reasons['gateway channel subprotocol']).toBe('connected');
    const headers = { authorization: `Bearer ${CHANNEL}` };
    opened.push(await handshake(`ws://127.0.0.1:${launcher.gatewayPort}/pico/ws`, { headers }));
    const { code, reasons } = await connect();
    expect(code).toBe(78);
    expect(reasons['launcher channel bearer']).toBe('too_many_connections');
    expect(reasons['gateway channel bearer']).toBe('too_many_connections');
  });

  it('is another program at the ports, which gets to see no token', async () => {
    const home = preparedHome();
    const page = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello';
    const [one, other] = [await startAnswering(page), await startAnswering(page)];
    const { code, reasons } = await connectReport(home, [], portsOf({ port: one.port, gatewayPort: other.port }));
    expect(code).toBe(78);
    expect(new Set(Object.values(reasons))).toEqual(new Set(['not_a_launcher', 'not_own_gateway']));
    for (const head of [...one.heads, ...other.heads]) expect(head).not.toMatch(/authorization|token/i);
  });

  it('is a configuration that cannot be read', async () => {
    const home = preparedHome();
    writeHomeFile(home, 'launcher-config.json', '{ "port": "often" }');
    const { code, stderr } = await cli(['connect'], { home });
    expect(code).toBe(78);
    expect(stderr).toContain('launcher-config.json');
  });
});

describe('the address of another place', () => {
  it('never gets the tokens of this home', async () => {
    const { home, ports } = await startHome();
    const stranger = await startAnswering('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    const url = `ws://127.0.0.1:${stranger.port}/pico/ws`;
    const { code, stderr } = await cli(['connect', '--url', url], { home, env: ports });
    expect([code, stranger.heads]).toEqual([2, []]);
    expect(stderr).toContain('--token-file');
    const tried = await connectReport(home, ['--url', url, '--token-file', tokenFile(home, 'their-token')], ports);
    expect([tried.code, onlyReason(tried)]).toEqual([4, 'refused_in_front']);
    expect(stranger.heads.join('')).toContain('their-token');
    for (const secret of [LAUNCHER, CHANNEL]) expect(stranger.heads.join('')).not.toContain(secret);
  });

  it('gets the one that comes by standard input', async () => {
    const { home, ports, launcher } = await startHome();
    const args = [
      built('cli.js'),
      'connect',
      '--json',
      '--url',
      `ws://127.0.0.1:${launcher.port}`,
      '--token-file',
      '-',
    ];
    const child = spawn(process.execPath, args, { env: { ...process.env, PICOCLAW_HOME: home, ...ports } });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (part) => (stdout += part));
    child.stdin.end(`${CHANNEL}\n`);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(JSON.parse(stdout)).toMatchObject({ recommended: { token: 'given', token_from: 'standard input' } });
  });

  it.each([
    [['--url', 'localhost:18800'], 'write ws://localhost:18800'],
    [['--url', 'ws://localhost:18800/?token=x'], 'Leave token and password out'],
    [['--origin', 'evil.example'], 'is no origin'],
    [['--url', 'ws://localhost:1', '--token-file', '/does/not/exist'], 'does not exist'],
  ])('is refused when it is wrong: %o', async (args, message) => {
    const { code, stderr } = await cli(['connect', ...args], { home: preparedHome() });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
