import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PNG } from '../../apps/gateway/test/support/images.ts';
import { readHead } from '../../apps/launcher/test/fixtures/peers.ts';
import { api } from '../support/api.ts';
import { residentMb } from '../support/process-health.ts';
import { startLauncher, unixSocketOf, until } from '../support/processes.ts';
import { sendImage } from '../support/send-image.ts';
import { signIn } from '../support/sign-in.ts';
import { answerIn, ask, handshake } from '../support/sockets.ts';
import { WAYS } from '../support/way.ts';
import { asPerson, closing, metric, reach } from '../support/ways.ts';

const LARGE_BYTES = 4_000_000;
/** More than the systems keep for all sockets on the way, and the gateway for one. */
const MAX_TURNS = 20;
/** What a launcher may grow by meanwhile. */
const ROOM_MB = 40;

const givenUp = (home: string): boolean =>
  readFileSync(join(home, 'logs', 'gateway.log'), 'utf8').includes('"code":"buffer_full"');

/** How many connections there are at a unix socket, by the kernel's word. */
const connectedAt = (path: string): number =>
  readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .filter((line) => line.endsWith(path) && line.split(/\s+/)[5] === '03').length;

describe.each(WAYS)('by %s', (way) => {
  it('goes the way that it should, and leaves nothing behind', async () => {
    const reached = await reach(way);
    const { socket } = await handshake(reached.ws, asPerson(reached));
    await until(async () => (await metric(reached, 'sockets_open')) === 1);
    expect(await metric(reached, 'sockets_handed')).toBe(way === 'handoff' ? 1 : 0);
    // A question of the launcher's own is soon over, a chat stays.
    await until(() => connectedAt(unixSocketOf(reached.home)) === (way === 'unix' ? 1 : 0));
    socket.close();
    expect(await closing(socket)).toBe(1005);
    await until(async () => (await metric(reached, 'sockets_open')) === 0);
    expect(await metric(reached, 'sockets_pending')).toBe(0);
  });

  it('chats, in the subprotocol that was asked for', async () => {
    const reached = await reach(way);
    for (const protocol of ['pico.v1', 'pico.v2']) {
      const { socket, status } = await handshake(reached.ws, { ...asPerson(reached), protocols: [protocol] });
      expect([status, socket.protocol]).toEqual([101, protocol]);
      expect(answerIn(await ask(socket, `/echo in ${protocol}`))).toBe(`in ${protocol}`);
      socket.terminate();
    }
    // A client insists on one of those that it has offered.
    const offered = `token.${reached.token}`;
    const { socket } = await handshake(reached.ws, { protocols: [offered] });
    expect(socket.protocol).toBe(offered);
    socket.terminate();
  });

  it('loses nothing that the client says before it has an answer', async () => {
    const { launcher, token } = await reach(way);
    const socket = connect(launcher.port, '127.0.0.1');
    const frames = ['first', 'second'].map((id) => maskedText(JSON.stringify({ type: 'ping', id })));
    socket.write(Buffer.concat([upgradeBytes(launcher.port, token), frames[0] ?? Buffer.alloc(0)]));
    setImmediate(() => socket.write(frames[1] ?? Buffer.alloc(0)));
    let heard = '';
    socket.setEncoding('latin1').on('data', (part) => (heard += part));
    await until(
      () => /"id":"first"[\s\S]*"id":"second"/.test(heard),
      () => heard,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 101 /);
    socket.destroy();
  });

  it('passes the gateway’s refusal on', async () => {
    const reached = await reach(way);
    const refused = await handshake(`${reached.ws}?session_id=${'x'.repeat(600)}`, asPerson(reached));
    expect([refused.status, JSON.parse(refused.body).error]).toEqual([400, 'bad_request']);
    await until(async () => (await metric(reached, 'sockets_pending')) === 0);
    // The gateway tells of it when the client has left.
    await until(async () => (await metric(reached, 'sockets_open')) === 0);
  });

  it('brings what was missed, and nothing twice', async () => {
    const reached = await reach(way);
    const there = (after?: number) => `${reached.ws}?session_id=s${after === undefined ? '' : `&after=${after}`}`;
    const { socket } = await handshake(there(), { ...asPerson(reached), protocols: ['pico.v2'] });
    const heard = await ask(socket, '/echo before');
    const isNumbered = ({ type }: Record<string, unknown>) => type !== 'hello';
    const numbers = heard
      .filter(isNumbered)
      .flatMap(({ payload }) => (payload as { seq?: number } | undefined)?.seq ?? []);
    expect(numbers).toEqual(Array.from(numbers, (_, index) => index + 1));
    socket.terminate();
    const again = await handshake(there(2), { ...asPerson(reached), protocols: ['pico.v2'] });
    const frames: string[] = [];
    again.socket.on('message', (data) => frames.push(String(data)));
    await until(() => frames.length > numbers.length - 2);
    expect(frames.slice(1).map((frame) => JSON.parse(frame).payload.seq)).toEqual(numbers.slice(2));
    again.socket.terminate();
  });

  it('serves the images of a chat', async () => {
    const { launcher, token, cookie } = await reach(way);
    const path = await sendImage(launcher.url, token, PNG);
    const image = await fetch(`${launcher.url}${path}`, { headers: { cookie } });
    expect([image.status, Buffer.from(await image.arrayBuffer())]).toEqual([200, PNG]);
    expect((await fetch(`${launcher.url}${path}`)).status).toBe(401);
  });

  it('lets nobody guess, lets no foreign page in, and counts what became of each', async () => {
    const reached = await reach(way);
    const open = async (headers: Record<string, string>) => {
      const { status, socket } = await handshake(reached.ws, { headers });
      socket.terminate();
      return status;
    };
    const { cookie } = reached;
    expect(await open({ cookie, origin: 'http://evil.example' })).toBe(403);
    expect(await open({})).toBe(403);
    expect(await open(asPerson(reached).headers)).toBe(101);
    const guesses: number[] = [];
    for (let at = 0; at < 12; at += 1) guesses.push(await open({ authorization: `Bearer guess-${at}` }));
    // Ten attempts a minute, of which the sign-in was one.
    expect(guesses).toEqual([...Array(9).fill(403), 429, 429, 429]);
    await until(async () => (await metric(reached, 'sockets_open')) === 0);
    const counted = (status: string) => metric(reached, `upgrades_total{status="${status}"}`);
    expect(await Promise.all(['101', '403', '429'].map(counted))).toEqual([1, 11, 3]);
  });

  it('ends the sockets of who signs out, and of nobody else', async () => {
    const reached = await reach(way);
    const other = await signIn(reached.launcher.url, reached.token);
    const [mine, theirs] = await Promise.all([
      handshake(reached.ws, asPerson(reached)),
      handshake(reached.ws, asPerson({ ...reached, cookie: other })),
    ]);
    const closed = closing(mine.socket);
    const headers = { cookie: reached.cookie, origin: reached.launcher.url };
    expect((await fetch(`${reached.launcher.url}/logout`, { method: 'POST', headers, redirect: 'manual' })).ok).toBe(
      true,
    );
    expect(await closed).toBe(4001);
    expect(answerIn(await ask(theirs.socket, '/echo still here'))).toBe('still here');
    theirs.socket.terminate();
  });

  it('ends the sockets of all sessions when the launcher token changes, and takes the new one alone', async () => {
    const reached = await reach(way);
    const { launcher, token } = reached;
    const { socket } = await handshake(reached.ws, asPerson(reached));
    const closed = closing(socket);
    const changed = { token: 'another-launcher-token', confirm: 'another-launcher-token', current_token: token };
    expect(await api(launcher.url, token).post('/api/auth/setup', changed)).toMatchObject({ status: 200 });
    expect(await closed).toBe(4001);
    const open = async (bearer: string) => {
      const { status, socket: one } = await handshake(reached.ws, { headers: { authorization: `Bearer ${bearer}` } });
      one.terminate();
      return status;
    };
    expect([await open(token), await open(changed.token)]).toEqual([403, 101]);
    expect((await handshake(reached.ws, asPerson(reached))).status).toBe(403);
  });

  it('says in its 101 what a handshake needs, and nothing else', async () => {
    const { launcher, token } = await reach(way);
    const socket = connect(launcher.port, '127.0.0.1');
    socket.write(upgradeBytes(launcher.port, token, 'Sec-WebSocket-Protocol: pico.v2', 'Cookie: other=1'));
    const head = await readHead(socket);
    socket.destroy();
    const names = head.split('\r\n').slice(1, -2);
    expect(names.map((line) => line.split(':')[0]?.toLowerCase()).sort()).toEqual([
      ...['connection', 'sec-websocket-accept', 'sec-websocket-protocol', 'upgrade'],
    ]);
  });

  it('gives up who does not read, keeps little for them at the launcher, and lets nobody else wait', async () => {
    const reached = await reach(way);
    const there = () => handshake(`${reached.ws}?session_id=shared`, asPerson(reached));
    const [reader, stalled] = await Promise.all([there(), there()]);
    const launcherPid = reached.launcher.child.pid ?? 0;
    const before = residentMb(launcherPid);
    stalled.socket.on('error', () => {}).pause();
    const text = 'x'.repeat(LARGE_BYTES);
    for (let turn = 0; !givenUp(reached.home); turn += 1) {
      expect(turn).toBeLessThan(MAX_TURNS);
      expect(answerIn(await ask(reader.socket, `/echo ${text}`))).toBe(text);
    }
    expect(residentMb(launcherPid) - before).toBeLessThan(ROOM_MB);
    expect(answerIn(await ask(reader.socket, '/echo still here'))).toBe('still here');
    // Behind a launcher that relays, who has not read what came before does not see the end either.
    if (way === 'handoff') await until(async () => (await metric(reached, 'sockets_open')) === 1);
    for (const { socket } of [reader, stalled]) socket.terminate();
  });

  it('closes with 1001 when the launcher stops', async () => {
    const reached = await reach(way);
    const { socket } = await handshake(reached.ws, asPerson(reached));
    const closed = closing(socket);
    expect(await reached.launcher.kill('SIGTERM')).toBe(0);
    expect(await closed).toBe(1001);
  });

  it('gives a complete answer to who waits while the gateway dies', async () => {
    const reached = await reach(way);
    process.kill(reached.gatewayPid, 'SIGSTOP');
    const waiting = Array.from({ length: 5 }, () => handshake(reached.ws, asPerson(reached)));
    await until(async () => (await metric(reached, 'sockets_pending')) === waiting.length);
    process.kill(reached.gatewayPid, 'SIGKILL');
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status, body }) => [status, JSON.parse(body).error])).toEqual(
      Array(waiting.length).fill([503, 'gateway_unavailable']),
    );
    expect(await metric(reached, 'sockets_pending')).toBe(0);
  });

  it('is 503 for who comes when the gateway is gone, and says so at once to who is in', async () => {
    const reached = await reach(way);
    const { socket } = await handshake(reached.ws, asPerson(reached));
    const closed = closing(socket);
    process.kill(reached.gatewayPid, 'SIGKILL');
    expect(await closed).toBe(1006);
    await until(async () => (await metric(reached, 'sockets_open')) === 0);
    // A gateway of its own is started again; one of somebody else's is gone.
    if (way !== 'handoff') expect((await handshake(reached.ws, asPerson(reached))).status).toBe(503);
    else await until(async () => (await handshake(reached.ws, asPerson(reached))).status === 101);
  });
});

describe('a launcher that is killed', () => {
  it('takes its gateway and all chats with it', async () => {
    const reached = await reach('handoff');
    const { socket } = await handshake(reached.ws, asPerson(reached));
    const closed = closing(socket);
    await reached.launcher.kill('SIGKILL');
    expect([1001, 1006]).toContain(await closed);
  });

  it('leaves gateway and chats alone with --keep-gateway, and the next launcher can end them', async () => {
    const reached = await reach('handoff', { args: ['--keep-gateway'] });
    const { socket } = await handshake(reached.ws, asPerson(reached));
    await reached.launcher.kill('SIGKILL');
    expect(answerIn(await ask(socket, '/echo on my own'))).toBe('on my own');
    const next = await startLauncher({ home: reached.home, gatewayPort: reached.launcher.gatewayPort });
    const cookie = await signIn(next.url, reached.token);
    const closed = closing(socket);
    const headers = { cookie, origin: next.url, 'content-type': 'application/json' };
    const end = await fetch(`${next.url}/api/auth/logout`, { method: 'POST', headers, body: '{"everywhere":true}' });
    expect(end.status).toBe(200);
    expect(await closed).toBe(4001);
    process.kill(reached.gatewayPid, 'SIGTERM');
  });
});

/** A handshake of somebody who has the token. */
function upgradeBytes(port: number, token: string, ...lines: string[]): Buffer {
  const head = [
    ...['GET /pico/ws HTTP/1.1', `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`],
    ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
    `Sec-WebSocket-Key: ${Buffer.alloc(16, 7).toString('base64')}`,
    ...lines,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
}

/** A text frame as clients send it (RFC 6455, 5.3); a mask of zeros changes nothing. */
function maskedText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0]), bytes]);
}
