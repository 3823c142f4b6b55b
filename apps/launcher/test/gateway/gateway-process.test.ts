import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startGatewayProcess } from '../../src/gateway/gateway-process.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/managed-gateway.mjs', import.meta.url));

test('a managed gateway is told its secrets over IPC, and gets no environment but the listed one', async () => {
  const lines: string[] = [];
  const program = {
    command: process.execPath,
    args: [PROGRAM, 'tells'],
    environment: { PICOCLAW_HOME: '/home' },
    managed: { secrets: { PICOCLAW_GATEWAY_TOKEN: 'very secret' }, keepAlive: true },
  };
  const { exited } = startGatewayProcess(program, (line) => lines.push(line));
  expect(await exited).toEqual({ code: 0, signal: null });
  const { message, environment } = JSON.parse(lines[0] ?? '');
  expect(message).toEqual({ kind: 'start', secrets: { PICOCLAW_GATEWAY_TOKEN: 'very secret' }, keepAlive: true });
  expect(environment).toEqual({ PICOCLAW_HOME: '/home' });
});

test('a gateway runs in a process group of its own, so that Ctrl-C reaches the launcher alone', async () => {
  const lines: string[] = [];
  const script = 'console.log(require("fs").readFileSync("/proc/self/stat", "latin1").split(") ").pop().split(" ")[2])';
  const started = startGatewayProcess({ command: process.execPath, args: ['-e', script], environment: {} }, (line) =>
    lines.push(line),
  );
  await started.exited;
  expect(lines).toEqual([String(started.pid)]);
});

test('the last lines are read before the end is told', async () => {
  const lines: string[] = [];
  const script = 'for (let n = 0; n < 5000; n += 1) console.error("line", n); process.exitCode = 3';
  const { exited } = startGatewayProcess({ command: process.execPath, args: ['-e', script], environment: {} }, (line) =>
    lines.push(line),
  );
  expect(await exited).toEqual({ code: 3, signal: null });
  expect(lines.at(-1)).toBe('line 4999');
});
