import { describe, expect, it } from 'vitest';
import { connectReport, tokenFile } from '../support/connect-report.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { startAnswering, startProxy, startSilent, startTls, without } from '../support/in-between.ts';
import { type RunningLauncher, startLauncher } from '../support/processes.ts';

const LAUNCHER = 'launcher-token-for-tests';
const CHANNEL = 'channel-token-for-tests';

async function start(): Promise<RunningLauncher> {
  const home = freshHome();
  writeHomeFile(home, 'config.json', { channels: { pico: { enabled: true } } });
  writeHomeFile(home, '.security.yml', `channels:\n  pico:\n    token: ${CHANNEL}\n`);
  writeHomeFile(home, 'launcher-config.json', { launcher_token: LAUNCHER });
  return startLauncher({ home });
}

/** Tries an address from a machine that knows nothing but the channel token. */
async function connect(url: string, env: Readonly<Record<string, string>> = {}) {
  const elsewhere = freshHome();
  const tried = await connectReport(elsewhere, ['--url', url, '--token-file', tokenFile(elsewhere, CHANNEL)], env);
  const reasonOf = (method: string) => tried.reasons[`given given ${method}`];
  const wayOf = (method: string) => tried.report.ways.find((way) => way.method === method);
  return { ...tried, reasonOf, wayOf };
}

const dropUpgrade = (head: string) => without('upgrade')(head).replace(/^connection:.*$/im, 'Connection: close');
const html = (status: string) =>
  `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-length: 11\r\nconnection: close\r\n\r\n<html>hello`;

describe('a proxy in front', () => {
  it('that passes everything on is not noticed', async () => {
    const { port } = await startProxy((await start()).port, {});
    const { code, reasonOf, report } = await connect(`ws://127.0.0.1:${port}`);
    expect([code, reasonOf('bearer'), reasonOf('subprotocol'), reasonOf('query'), reasonOf('api')]).toEqual([
      ...[0, 'connected', 'connected', 'session_needed', 'channel_token_at_api'],
    ]);
    expect(report.recommended).toMatchObject({ target: 'given', method: 'bearer', token: 'given' });
  });

  it('that takes the Upgrade header away is found out, before launcher and gateway', async () => {
    const launcher = await start();
    for (const target of [launcher.port, launcher.gatewayPort]) {
      const { port } = await startProxy(target, { request: dropUpgrade });
      const { code, reasonOf, wayOf } = await connect(`ws://127.0.0.1:${port}`);
      expect([code, reasonOf('bearer'), reasonOf('subprotocol')]).toEqual([78, 'upgrade_dropped', 'upgrade_dropped']);
      expect(wayOf('bearer')?.fix).toContain('proxy_set_header Upgrade $http_upgrade');
    }
  });

  it.each(['200 OK', '400 Bad Request'])('that answers %s with a page is told from a wrong address', async (status) => {
    const launcher = await start();
    const instead = (head: string) => (/^upgrade:/im.test(head) ? html(status) : undefined);
    const { port } = await startProxy(launcher.port, { instead });
    expect((await connect(`ws://127.0.0.1:${port}`)).reasonOf('bearer')).toBe('upgrade_dropped');
    const alone = await startAnswering(html(status));
    expect((await connect(`ws://127.0.0.1:${alone.port}`)).reasonOf('bearer')).toBe('not_picoclaw');
  });

  it('that changes the Host is named with the setting', async () => {
    const request = (head: string) => head.replace(/^host:.*$/im, 'Host: claw.internal');
    const { port } = await startProxy((await start()).port, { request });
    const { code, reasonOf, wayOf } = await connect(`ws://127.0.0.1:${port}`);
    expect([code, reasonOf('bearer')]).toEqual([78, 'host_not_allowed']);
    expect(wayOf('bearer')?.reason).toContain('claw.internal');
    expect(wayOf('bearer')?.fix).toContain('"allowed_hosts"');
  });

  it('that takes away what the token is in is found out by the other method', async () => {
    const { gatewayPort } = await start();
    const deaf = await startProxy(gatewayPort, { request: without('authorization') });
    const one = await connect(`ws://127.0.0.1:${deaf.port}`);
    expect([one.code, one.reasonOf('bearer'), one.reasonOf('subprotocol')]).toEqual([
      0,
      'authorization_dropped',
      'connected',
    ]);
    const mute = await startProxy(gatewayPort, { request: without('sec-websocket-protocol') });
    const other = await connect(`ws://127.0.0.1:${mute.port}`);
    expect([other.reasonOf('bearer'), other.reasonOf('subprotocol')]).toEqual(['connected', 'subprotocol_dropped']);
    const back = await startProxy(gatewayPort, { answer: without('sec-websocket-protocol') });
    expect((await connect(`ws://127.0.0.1:${back.port}`)).reasonOf('subprotocol')).toBe('subprotocol_dropped');
  });

  it('that spoils the 101 is found out', async () => {
    const answer = (head: string) => head.replace(/^(sec-websocket-accept):.*$/im, '$1: AAAAAAAAAAAAAAAAAAAAAAAAAAA=');
    const { port } = await startProxy((await start()).port, { answer });
    expect((await connect(`ws://127.0.0.1:${port}`)).reasonOf('bearer')).toBe('bad_upgrade');
  });

  it.each([
    ['no_upstream', 3, '502 Bad Gateway'],
    ['refused_in_front', 4, '407 Proxy Authentication Required'],
    ['redirected', 78, '301 Moved Permanently\r\nlocation: https://claw.example/pico/ws'],
    ['session_needed', 4, '303 See Other\r\nlocation: /login?next=%2F'],
    ['rate_limited', 4, '429 Too Many Requests\r\nretry-after: 7'],
    ['server_error', 1, '500 Internal Server Error'],
  ])('that answers by itself is %s', async (reason, exitCode, status) => {
    const { port } = await startAnswering(html(status));
    const { code, reasonOf } = await connect(`ws://127.0.0.1:${port}`);
    expect([reasonOf('bearer'), code]).toEqual([reason, exitCode]);
  });
});

describe('TLS', () => {
  it('with a self-signed certificate is not trusted, until it is', async () => {
    const { port, file } = await startTls((await start()).port);
    const strange = await connect(`wss://localhost:${port}`);
    expect([strange.code, strange.reasonOf('bearer')]).toEqual([78, 'tls_untrusted']);
    expect(strange.wayOf('bearer')?.fix).toContain('NODE_EXTRA_CA_CERTS');
    const known = await connect(`wss://localhost:${port}`, { NODE_EXTRA_CA_CERTS: file });
    expect([known.code, known.reasonOf('bearer')]).toEqual([0, 'connected']);
    const named = await connect(`wss://127.0.0.1:${port}`, { NODE_EXTRA_CA_CERTS: file });
    expect(named.reasonOf('bearer')).toBe('tls_wrong_name');
  });

  it('is missed and found with the wrong scheme', async () => {
    const launcher = await start();
    const { port } = await startTls(launcher.port);
    const plain = await connect(`ws://localhost:${port}`);
    expect([plain.code, plain.reasonOf('bearer')]).toEqual([78, 'tls_needed']);
    expect(plain.wayOf('bearer')?.fix).toBe(`Use wss://localhost:${port}/pico/ws`);
    const secure = await connect(`https://localhost:${launcher.port}`);
    expect([secure.code, secure.reasonOf('bearer')]).toEqual([78, 'tls_not_spoken']);
    expect(secure.wayOf('bearer')?.fix).toBe(`Use ws://localhost:${launcher.port}/pico/ws`);
  });
});

describe('the network', () => {
  it('knows no such name', async () => {
    const { code, reasonOf } = await connect('ws://claw.invalid');
    expect([code, reasonOf('bearer')]).toEqual([3, 'dns_failed']);
  });

  it('leads to somebody who never answers', async () => {
    const { port } = await startSilent();
    const { code, reasonOf } = await connect(`ws://127.0.0.1:${port}`);
    expect([code, reasonOf('bearer')]).toEqual([3, 'timeout']);
  });

  it('leads to somebody who hangs up', async () => {
    const { port } = await startAnswering('');
    const { code, reasonOf } = await connect(`ws://127.0.0.1:${port}`);
    expect([code, reasonOf('bearer')]).toEqual([1, 'network_error']);
  });
});
