import { connect } from 'node:net';

const HEAD_END = '\r\n\r\n';

/**
 * The same GET again and again over connections that stay; answers with how many a second.
 * @param {{ port: number; path: string; headers: Record<string, string>; connections: number; count: number }} options
 */
export async function run({ port, path, headers, connections, count }) {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
  const request = Buffer.from([`GET ${path} HTTP/1.1`, ...lines, '\r\n'].join('\r\n'));
  let left = count;
  let [answered, wrong] = [0, 0];
  const work = () =>
    new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      const next = () => {
        if (left === 0) socket.end(() => resolve(undefined));
        else socket.write(request);
        left = Math.max(0, left - 1);
      };
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        const end = text.indexOf(HEAD_END);
        if (end === -1) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1]);
        if (text.length < end + HEAD_END.length + length) return;
        if (text.startsWith('HTTP/1.1 200')) answered += 1;
        else wrong += 1;
        text = '';
        next();
      });
      socket.once('connect', next).once('error', reject);
    });
  const beganAt = performance.now();
  await Promise.all(Array.from({ length: connections }, work));
  return { answered, wrong, perSecond: (answered * 1_000) / (performance.now() - beganAt) };
}
