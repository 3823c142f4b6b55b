import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { createPeers, headerNames, headerOf, readToEnd, readUntil } from '../fixtures/peers.ts';

const PATH = '/pico/media/AAAAAAAAAAAAAAAAAAAAAA.png';
const SECRET = 'do-not-pass-this-on';

/** What may cross, by the launcher's own lists: a new name here is a decision. */
const UP = ['accept', 'range', 'if-range', 'if-none-match', 'if-modified-since'];
const MADE_ANEW = ['host', 'authorization', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'connection'];
const BACK = [
  ...['content-type', 'content-length', 'content-range', 'content-disposition', 'accept-ranges'],
  ...['etag', 'last-modified', 'cache-control'],
];
/** Two lengths, or a length and chunks, are no answer at all. */
const RELAYED = BACK.filter((name) => name !== 'content-length');
const HOP_BY_HOP = ['keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'proxy-connection'];
const OURS = [
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-port', 'forwarded', 'x-real-ip', 'via'],
  ...['x-launcher-token', 'x-original-url', 'x-http-method-override', 'x-api-key', 'sec-websocket-protocol'],
];

const value = fc.oneof(fc.stringMatching(/^[!-~]{1,12}$/), fc.constant(SECRET), fc.constant('close'));
const nameOf = (names: readonly string[]) =>
  fc.oneof(fc.mixedCase(fc.constantFrom(...names)), fc.stringMatching(/^X-[a-zA-Z0-9]{1,8}$/));
/** Any headers, in any case, some of them twice, and any of them named in `Connection`. */
const headersOf = (names: readonly string[], listed: readonly string[]) =>
  fc.record({
    lines: fc.array(fc.tuple(fc.oneof(nameOf(listed), nameOf(names)), value), { maxLength: 10 }),
    // The one name there that is an order to the server itself: to leave the connection open.
    nominated: fc.array(fc.oneof(nameOf(listed), nameOf(names.filter((name) => name !== 'keep-alive'))), {
      maxLength: 4,
    }),
  });
type Generated = { readonly lines: readonly (readonly [string, string])[]; readonly nominated: readonly string[] };

const linesOf = ({ lines, nominated }: Generated) => [
  ...lines.map(([name, text]) => `${name}: ${text}`),
  `Connection: ${['close', ...nominated].join(', ')}`,
];
const given = ({ lines, nominated }: Generated, names: readonly string[]) => {
  const kept = lines.map(([name]) => name.toLowerCase()).filter((name) => names.includes(name));
  return new Set(kept.filter((name) => !nominated.some((one) => one.toLowerCase() === name)));
};

async function aPair() {
  const launcher = await aRunningLauncher();
  const gateway = await aGateway({ pidFile: launcher.paths.pidFile });
  const exchange = async (lines: readonly string[]): Promise<string> => {
    const socket = await launcher.open();
    socket.write([`GET ${PATH} HTTP/1.1`, `Host: 127.0.0.1:${launcher.port}`, ...lines, '', ''].join('\r\n'), 'latin1');
    const text = (await readToEnd(socket)).toString('latin1');
    socket.destroy();
    return text.replace(/^HTTP\/1.1 100 Continue\r\n\r\n/, '');
  };
  return { launcher, gateway, exchange };
}

test('of whatever headers a client sends, only those of the list go up, once, and nothing of its credentials', async () => {
  const { launcher, gateway, exchange } = await aPair();
  const credentials = fc.constantFrom(
    `Cookie: ${launcher.cookie}; other=${SECRET}`,
    `Authorization: Bearer ${TOKEN}`,
    `authorization: Bearer ${TOKEN}\r\nCookie: ${launcher.cookie}`,
  );
  const names = [...UP, ...HOP_BY_HOP, ...OURS, 'expect'];
  await fc.assert(
    fc.asyncProperty(credentials, headersOf(names, UP), async (credential, headers) => {
      // Once, and the one that Node understands: to anything else it says 417.
      const isExpect = ([name]: readonly [string, string]) => /^expect$/i.test(name);
      const expectation = headers.lines.find(isExpect)?.[0];
      const fixed = headers.lines.filter((line) => !isExpect(line));
      if (expectation !== undefined) fixed.push([expectation, '100-continue']);
      gateway.seen.length = 0;
      const answer = await exchange([credential, ...linesOf({ ...headers, lines: fixed })]);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      // The launcher itself asks for a reload now and then.
      const asked = gateway.seen.filter(({ method }) => method === 'GET');
      expect(asked).toHaveLength(1);
      const seen = asked[0]?.headers ?? [];
      const passed = given(headers, UP);
      expect(seen.map(([name]) => name).sort()).toEqual([...MADE_ANEW, ...passed].sort());
      const all = Object.fromEntries(seen);
      expect(all['connection']).toBe('close');
      expect(all['authorization']).toBe(`Bearer pico-${gateway.record.token.reveal()}.${launcher.channelToken()}`);
      expect(all['x-forwarded-for']).toBe('127.0.0.1');
      expect(JSON.stringify(seen)).not.toContain(TOKEN);
      expect(JSON.stringify(seen)).not.toContain('picoclaw_launcher_auth');
    }),
    { numRuns: 40 },
  );
});

test('of whatever headers a gateway sends, only those of a file come back, once, and no cookie', async () => {
  const { launcher, gateway, exchange } = await aPair();
  let reply: Generated = { lines: [], nominated: [] };
  const port = await createPeers().upstream((peer) => {
    peer.end(['HTTP/1.1 200 OK', 'Content-Length: 1', ...linesOf(reply), '', 'x'].join('\r\n'), 'latin1');
  });
  gateway.claim({ port });
  const own = new Set(headerNames(await exchange([`Cookie: ${launcher.cookie}`, 'Connection: close'])));
  const names = [
    ...BACK,
    ...HOP_BY_HOP,
    ...own,
    'set-cookie',
    'set-cookie2',
    'location',
    'refresh',
    'clear-site-data',
  ].filter((name) => !['content-length', 'connection', 'transfer-encoding'].includes(name));
  await fc.assert(
    fc.asyncProperty(headersOf(names, RELAYED), async (headers) => {
      reply = headers;
      const text = await exchange([`Cookie: ${launcher.cookie}`, 'Connection: close']);
      expect(text).toMatch(/^HTTP\/1\.1 200 /);
      const [head = ''] = text.split('\r\n\r\n');
      const back = headerNames(head);
      expect(back).toEqual([...new Set([...own, ...given(headers, BACK)])].sort());
      expect(headerOf(head, 'content-security-policy')).toMatch(/^sandbox;/);
      for (const name of own) {
        if (!BACK.includes(name)) expect([name, headerOf(head, name)]).not.toEqual([name, SECRET]);
      }
    }),
    { numRuns: 40 },
  );
});

test('an upgrade goes up with the headers of the list, whatever else is in it or named in Connection', async () => {
  const { launcher, gateway } = await aPair();
  const names = [...HOP_BY_HOP, ...OURS, 'user-agent', 'accept-language'].filter((name) => !name.startsWith('sec-'));
  const allowed = [...MADE_ANEW, 'upgrade', 'sec-websocket-version', 'sec-websocket-key', 'user-agent'];
  await fc.assert(
    fc.asyncProperty(headersOf(names, ['user-agent']), async (headers) => {
      gateway.seen.length = 0;
      const socket = await launcher.open();
      const lines = [
        ...['GET /pico/ws HTTP/1.1', `Host: 127.0.0.1:${launcher.port}`, `Cookie: ${launcher.cookie}; a=${SECRET}`],
        ...[`Origin: ${launcher.origin}`, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
        ...[
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          `Connection: ${['Upgrade', ...headers.nominated].join(', ')}`,
        ],
        ...headers.lines.map(([name, text]) => `${name}: ${text}`),
      ];
      socket.write([...lines, '', ''].join('\r\n'), 'latin1');
      expect(await readUntil(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 /);
      socket.destroy();
      const seen = gateway.seen.find(({ method }) => method === 'GET')?.headers.map(([name]) => name) ?? [];
      const passed = given(headers, ['user-agent']);
      expect(seen.toSorted()).toEqual([...allowed.slice(0, -1), ...passed].sort());
    }),
    { numRuns: 40 },
  );
});
