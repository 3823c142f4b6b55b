import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleGateway, createHome, freePort, recordIn, startProcess } from '../support/gateway-process.ts';

const COUNT = 50;

let bundle: Awaited<ReturnType<typeof bundleGateway>>;
beforeAll(async () => {
  bundle = await bundleGateway();
});
afterAll(() => bundle.remove());

describe(`${COUNT} gateways started at once on one home`, () => {
  it.each(['the same port', 'ports of their own'])(
    'with %s: one runs, all others say so and end with 75',
    async (which) => {
      const home = createHome();
      const samePort = await freePort();
      const ports = await Promise.all(Array.from({ length: COUNT }, () => freePort()));
      const all = ports.map((port) => {
        const words = ['--port', String(which === 'the same port' ? samePort : port)];
        return startProcess(bundle.program, { home, words });
      });
      const losers: number[] = [];
      let enough: () => void = () => undefined;
      const allButOne = new Promise<void>((resolve) => (enough = resolve));
      for (const [index, { ended }] of all.entries()) {
        void ended.then(() => losers.push(index) === COUNT - 1 && enough());
      }
      await allButOne;
      const { pid, port } = recordIn(home);
      const line = `gateway is already running (pid ${pid}, version 1.2.3, 127.0.0.1:${port})\n`;
      for (const index of losers) {
        expect(await all[index]?.ended).toBe(75);
        expect(all[index]?.output.stderr).toBe(line);
      }
      const winner = all.find(({ child }) => child.pid === pid);
      expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
      winner?.child.kill('SIGTERM');
      expect(await winner?.ended).toBe(0);
    },
    120_000,
  );
});
