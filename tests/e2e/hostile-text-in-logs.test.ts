import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshHome } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';
import { handshake } from '../support/sockets.ts';

/** As bytes: what follows a line end, colours a terminal in seven bits and in eight, and means something to a formatter. */
const HOSTILE = ['%0d%0aFORGED', '\x9b31mFORGED', '%1b[31mFORGED', '%s%d%n%o%j', '"},{"level":"fatal","msg":"FORGED"}'];

/** Says bytes to a port, and waits until the other side has closed. */
async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (part) => (answer += part));
  socket.end(Buffer.from(text, 'latin1'));
  await new Promise((resolve) => socket.once('close', resolve).once('error', resolve));
  return answer;
}

it('whatever a stranger writes to either process stays within one line of its log, and no reply tells of our code', async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { PICOCLAW_LOG_LEVEL: 'debug' } });
  const replies: string[] = [];
  for (const port of [launcher.port, launcher.gatewayPort]) {
    for (const hostile of HOSTILE) {
      const headers = ['User-Agent', 'Origin', 'Referer', 'X-Forwarded-For', 'X-Request-Id', 'Sec-WebSocket-Protocol'];
      const lines = [`Host: 127.0.0.1:${port}`, ...headers.map((name) => `${name}: ${hostile}`), 'Connection: close'];
      for (const [method, path] of [
        ['GET', `/${hostile}`],
        ['GET', `/health?${hostile}`],
        ['POST', `/reload?token=${hostile}`],
        ['POST', '/login'],
        ['GET', `/pico/ws?session_id=${hostile}`],
        [hostile, '/'],
      ])
        replies.push(await say(port, `${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`));
      replies.push(await say(port, `GET / HTTP/1.1\r\nHost: ${hostile}\r\nConnection: close\r\n\r\n`));
    }
  }
  const authorization = `Bearer ${launcher.linkToken()}`;
  for (const hostile of HOSTILE) {
    const path = `/pico/ws?session_id=${encodeURIComponent(hostile)}`;
    const { status, socket } = await handshake(`${launcher.url.replace('http', 'ws')}${path}`, {
      headers: { authorization },
    });
    if (status === 101) socket.send(`\u001b[31m${hostile}`);
    socket.terminate();
  }
  await launcher.kill('SIGTERM');
  for (const reply of replies)
    expect(reply).not.toMatch(/^\s*at |\bat .+:\d+:\d+|node:internal|\.ts\b|node_modules|FORGED"}/m);
  for (const name of ['launcher.log', 'gateway.log']) {
    const log = readFileSync(join(home, 'logs', name), 'utf8');
    const lines = log.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(HOSTILE.length);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.stringMatching(/^(?:debug|info|warn)$/) });
    expect(log.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  }
  expect(launcher.output().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
