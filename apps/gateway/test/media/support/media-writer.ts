import { pino } from 'pino';
import { createMediaStore } from '../../../src/media/media-store.ts';
import { GIF, PNG } from '../../support/images.ts';

/** A process that stores files until it cannot, or is killed: `media-writer <folder> <task>`. */
const [, , folder = '', task = ''] = process.argv;
const media = createMediaStore({ folder, log: pino({ level: 'silent' }) });

const image = (bytes: number): Buffer => Buffer.concat([PNG, Buffer.alloc(bytes, 5)]);
const say = (line: string) => process.stdout.write(`${line}\n`);

async function* inPieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 4_096) yield bytes.subarray(at, at + 4_096);
}

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  fillUp: async () => {
    for (const bytes of [10_000, 500_000, 9_000]) {
      await media.put(image(bytes)).then(
        ({ size }) => say(`${size} stored`),
        ({ code }) => say(`${bytes} ${code}`),
      );
    }
  },
  storeForEver: async () => {
    const store = async () => say((await media.put(inPieces(image(200_000)), { filename: 'a.png' })).id);
    for (;;) await Promise.all([store(), store(), media.put(GIF).then(({ id }) => say(id))]);
  },
};
await tasks[task]?.();
