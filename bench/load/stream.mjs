import { encode } from '../support/frames.mjs';

/**
 * Has a gateway send much: in each session one socket (pool `speakers`) says something long, and all who listen to that
 * session (pool `listeners`, so many each) get it whole; when the last one has it, the next is said. Answers with MB/s.
 * @param {{ speakers: string; listeners: string; each: number; bytes: number; count: number }} options
 * @param {import('../support/pools.mjs').Pools} pools
 */
export function run({ speakers, listeners, each, bytes, count }, pools) {
  const speaking = pools.get(speakers) ?? [];
  const listening = pools.get(listeners) ?? [];
  const frame = encode(JSON.stringify({ type: 'message.send', payload: { content: `/echo ${'x'.repeat(bytes)}` } }));
  const expected = speaking.length * each * count;
  let [received, receivedBytes] = [0, 0];
  const beganAt = performance.now();
  return new Promise((resolve) => {
    speaking.forEach((speaker, session) => {
      let [said, heard] = [0, 0];
      const say = () => {
        said += 1;
        speaker.write(frame);
      };
      for (const listener of listening.slice(session * each, (session + 1) * each)) {
        listener.onText = (_beginning, length) => {
          if (length < bytes) return;
          received += 1;
          receivedBytes += length;
          heard += 1;
          if (received === expected) {
            const seconds = (performance.now() - beganAt) / 1_000;
            resolve({ expected, received, mbPerSecond: receivedBytes / 1e6 / seconds, gb: receivedBytes / 1e9 });
          } else if (heard === said * each && said < count) say();
        };
      }
      say();
    });
  });
}
