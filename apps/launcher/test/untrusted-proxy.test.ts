import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { aLauncher } from './build-test-launcher.ts';

/** The peers that a launcher notes in its log. */
async function notedPeers(config: object, requests: readonly (readonly [string, Record<string, string>])[]) {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const { app } = await aLauncher({ config: { ...config }, logger: pino(stream) });
  for (const [remoteAddress, headers] of requests) {
    expect((await app.inject({ url: '/health', remoteAddress, headers })).statusCode).toBe(200);
  }
  const notes = lines.map((line) => JSON.parse(line)).filter(({ code }) => code === 'proxy_untrusted');
  return notes.map(({ peer }) => peer as string);
}

const FORWARDED = { 'x-forwarded-for': '203.0.113.7' };

test('a peer that forwards without being trusted is noted once, whatever it says to be', async () => {
  const peers = await notedPeers({ trusted_proxy_cidrs: ['192.168.0.0/16'] }, [
    ['10.0.0.1', FORWARDED],
    ['::ffff:10.0.0.1', FORWARDED],
    ['192.168.0.1', FORWARDED],
    ['10.0.0.3', {}],
    ['10.0.0.2', { forwarded: 'for=203.0.113.7' }],
  ]);
  expect(peers).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('many peers that pretend do not fill the log', async () => {
  const crowd = Array.from({ length: 40 }, (_, index) => [`198.51.100.${index}`, FORWARDED] as const);
  expect(await notedPeers({}, crowd)).toHaveLength(16);
});
