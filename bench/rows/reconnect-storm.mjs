import { bundlePackage } from '../support/bundle.mjs';
import { atMost, shown } from '../support/row.mjs';
import { CHANNEL_TOKEN } from '../support/stand.mjs';
import { median } from '../support/statistics.mjs';

/** @type {import('../support/row.mjs').Row} */
export const reconnectStorm = {
  id: 'reconnect-storm',
  about: '5,000 clients of packages/client through the launcher, and the gateway is restarted: until all are back',
  async run(bench) {
    const count = bench.size(5_000, 300);
    const library = await bundlePackage('client');
    bench.onClose(library.remove);
    const rounds = bench.rounds(3);
    /** @type {number[]} */
    const times = [];
    let [connected, refused] = [0, 0];
    let transport = '';
    for (let round = 0; round < rounds; round += 1) {
      const stand = await bench.own('managed');
      const generator = bench.generator();
      const url = `ws://127.0.0.1:${stand.port}/pico/ws`;
      const opened = await generator.ask('storm', {
        step: 'open',
        library: library.url,
        count,
        url,
        token: CHANNEL_TOKEN,
      });
      if (opened.connected !== count) throw new Error(`only ${opened.connected} of ${count} clients came in`);
      const restartedAt = Date.now();
      const restart = stand.api.post('/api/gateway/restart');
      const back = await generator.ask('storm', { step: 'back' });
      await restart;
      times.push((back.lastAt - restartedAt) / 1_000);
      connected += back.connected;
      refused += back.refused;
      transport = await stand.transport();
      await generator.ask('storm', { step: 'close' });
      generator.stop();
      await stand.close();
    }
    return {
      findings: [atMost(`all of ${count} back`, 8, median(times), 's'), atMost('refused for good', 0, refused)],
      details: { rounds: times.map((seconds) => `${shown(seconds)} s`).join(', '), transport },
      counts: [{ what: 'clients that came back', expected: rounds * count, counted: connected }],
      notes: ['the time is from the order to restart; clients wait 1 to 5 s before they dial again, at random'],
    };
  },
};
