import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleGateway, createHome, freePort, hasPidFile, recordIn, startProcess } from '../support/gateway-process.ts';
import { bearer, openSocket } from '../support/test-gateway.ts';

let bundle: Awaited<ReturnType<typeof bundleGateway>>;
beforeAll(async () => {
  bundle = await bundleGateway();
});
afterAll(() => bundle.remove());

const TOKEN = 'of-the-environment-of-the-launcher';

async function startManaged(home: string, { keepAlive = false, port = 0 } = {}) {
  const words = ['--managed', '-E', '--port', String(port || (await freePort()))];
  const gateway = startProcess(bundle.program, { home, words, ipc: true });
  const report = once(gateway.child, 'message');
  gateway.child.send({ kind: 'start', secrets: { PICOCLAW_GATEWAY_TOKEN: TOKEN }, keepAlive });
  return { gateway, report: (await report)[0] };
}

describe('a managed gateway', () => {
  it('gets its secrets over the channel, reports ready, and leaves the log file to the launcher', async () => {
    const home = createHome();
    const { gateway, report } = await startManaged(home);
    const { port } = recordIn(home);
    expect(report).toEqual({ kind: 'ready', host: '127.0.0.1', port });
    await openSocket(port, bearer(TOKEN));
    expect(existsSync(join(home, 'logs', 'gateway.log'))).toBe(false);
    await expect.poll(() => gateway.output.stdout).toMatch(/\n$/);
    const lines = gateway.output.stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).level)).toContain('info');
  });

  it('reports why it cannot start', async () => {
    const home = createHome();
    const first = await startManaged(home);
    const { report, gateway } = await startManaged(home, { port: first.report.port });
    expect(report).toEqual({ kind: 'failed', reason: expect.stringContaining('gateway is already running (pid ') });
    expect(await gateway.ended).toBe(75);
  });

  it('stops when the launcher is gone', async () => {
    const home = createHome();
    const { gateway } = await startManaged(home);
    gateway.child.disconnect();
    expect(await gateway.ended).toBe(0);
    expect(hasPidFile(home)).toBe(false);
  });

  it('stays when the launcher is gone and it was told to, and can still be stopped', async () => {
    const home = createHome();
    const { gateway } = await startManaged(home, { keepAlive: true });
    gateway.child.disconnect();
    gateway.child.stdout?.destroy();
    const { port } = recordIn(home);
    for (let count = 0; count < 5; count++) expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
  });

  it('does not start without a launcher, nor on something else than a start message', async () => {
    const alone = startProcess(bundle.program, { home: createHome(), words: ['--managed'] });
    expect(await alone.ended).toBe(1);
    expect(alone.output.stderr).toContain('IPC channel');
    const confused = startProcess(bundle.program, { home: createHome(), words: ['--managed'], ipc: true });
    confused.child.send({ kind: 'hello' });
    expect(await confused.ended).toBe(1);
    const orphan = startProcess(bundle.program, { home: createHome(), words: ['--managed'], ipc: true });
    orphan.child.disconnect();
    expect(await orphan.ended).toBe(1);
  });
});
