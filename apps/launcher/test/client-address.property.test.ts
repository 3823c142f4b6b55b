import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { clientKey, createAddressList } from '../src/access/address.ts';
import { sharedLauncher } from './build-test-launcher.ts';

const lines: string[] = [];
const shared = sharedLauncher({
  config: { trusted_proxy_cidrs: ['10.0.0.0/8', 'fd00::/8'], login_attempts_per_minute: 1_000_000 },
  logger: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
});
const trusted = createAddressList(['10.0.0.0/8', 'fd00::/8']);

/** Who the launcher takes the client to be: what it writes to its log, and counts attempts by. */
async function addressSeen(peer: string, forwardedFor: string): Promise<string> {
  lines.length = 0;
  await shared().app.inject({
    ...{ method: 'POST', url: '/login', payload: { token: 'wrong' }, remoteAddress: peer },
    headers: { 'x-forwarded-for': forwardedFor },
  });
  const line = lines
    .map((one) => JSON.parse(one) as { code: string; ip: string })
    .find((one) => one.code === 'invalid_token');
  return line?.ip ?? 'not told';
}

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const stranger = address.filter((one) => !trusted.has(one));
const proxy = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => `10.${parts.join('.')}`),
  fc.ipV4().map((one) => `fd00::${one}`),
);
/** What a client may have written into the header itself. */
const invented = fc.oneof(
  address,
  proxy,
  fc.constantFrom('127.0.0.1', '::1', 'localhost', 'unknown', '', ' ', '_hidden', '0', '10.0.0.1', '[::1]:80', ','),
  fc.stringMatching(/^[ -~]{0,12}$/),
);
const blanks = fc.constantFrom(',', ', ', ' ,', ' , ');

test('of a peer that is no proxy of ours, nothing that it says counts', async () => {
  await fc.assert(
    fc.asyncProperty(
      stranger,
      fc.array(invented, { minLength: 1, maxLength: 4 }),
      blanks,
      async (peer, said, comma) => {
        expect(await addressSeen(peer, said.join(comma))).toBe(peer);
      },
    ),
    { numRuns: 150 },
  );
});

test('behind our proxies the client is the last who is none of them, whatever stands before', async () => {
  const chain = fc.tuple(fc.array(invented, { maxLength: 4 }), stranger, fc.array(proxy, { maxLength: 3 }), proxy);
  await fc.assert(
    fc.asyncProperty(chain, blanks, async ([said, client, hops, peer], comma) => {
      expect(await addressSeen(peer, [...said, client, ...hops].join(comma))).toBe(client);
    }),
    { numRuns: 150 },
  );
});

test('what is no address is nobody’s alone: it counts together, and lets nobody in', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), invented), (text) => {
      const key = clientKey(text);
      if (key === 'no address') expect(trusted.has(text)).toBe(false);
      else expect(key).toMatch(/^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{1,4}(:[0-9a-f]{1,4}){3}::\/64)$/);
    }),
    { numRuns: 800 },
  );
});

test('one client has one key: a /64 of IPv6, an IPv4 address in each of its spellings', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((part) => part.toString(16));
  const half = fc.array(group, { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(half, half, half, fc.nat(65_535), (network, one, other, port) => {
      const [first, second] = [one, other].map((rest) => [...network, ...rest].join(':'));
      const isMapped = network.every((part) => part === '0') && one.slice(0, 1).every((part) => part === '0');
      fc.pre(!isMapped);
      expect(clientKey(`[${second}]:${port}`)).toBe(clientKey(first ?? ''));
      expect(clientKey((first ?? '').toUpperCase())).toBe(clientKey(first ?? ''));
      const neighbour = [
        ...network.slice(0, 3),
        ((Number.parseInt(network[3] ?? '', 16) + 1) & 0xffff).toString(16),
        ...one,
      ];
      expect(clientKey(neighbour.join(':'))).not.toBe(clientKey(first ?? ''));
    }),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(65_535), (text, port) => {
      for (const spelling of [`${text}:${port}`, `::ffff:${text}`, `[::ffff:${text}]:${port}`])
        expect([spelling, clientKey(spelling)]).toEqual([spelling, clientKey(text)]);
    }),
    { numRuns: 150 },
  );
});
