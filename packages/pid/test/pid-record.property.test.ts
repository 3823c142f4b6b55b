import { isIP } from 'node:net';
import { Secret } from '@picoclaw/auth';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectHost, gatewayOrigin, isTrustedHost, parsePidRecord, signalRecord } from '../src/index.ts';
import { aRecord, NOBODY as MAX_PID } from './support/records.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What people, other programs and attackers put into a field that wants something else. */
const anyField = fc.oneof(
  fc.jsonValue(),
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, 1.5, 2 ** 31 - 1, 2 ** 31, 2 ** 53, '1', '', 'constructor', '__proto__', '::', [], {}),
  fc.string({ unit: 'binary' }),
);
const good = { pid: 4321, token: '0123456789abcdef0123456789abcdef', version: '1.2.3', port: 18790, host: '127.0.0.1' };
const fieldNames = [
  ...['pid', 'token', 'version', 'port', 'host', 'started_at', 'start_time', 'boot_id', 'pid_namespace'],
  ...['instance_id', 'capabilities', 'socket_path', 'constructor', 'toString'],
] as const;
/** Right but for some of its fields. */
const nearlyRecord = fc
  .dictionary(fc.constantFrom(...fieldNames), anyField, { maxKeys: 4 })
  .map((wrong) => JSON.stringify({ ...good, ...wrong }));
const anyContent = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map(bytesOf),
  fc.string({ unit: 'binary' }).map(bytesOf),
  nearlyRecord.map(bytesOf),
  nearlyRecord.map((text) => bytesOf(`\uFEFF${text}`)),
  fc.tuple(nearlyRecord, fc.nat()).map(([text, at]) => bytesOf(text.slice(0, at % text.length))),
);

test('no bytes make the parser throw, and a record that comes out of them is one that may be acted on', () => {
  fc.assert(
    fc.property(anyContent, (bytes) => {
      const parsed = parsePidRecord(bytes);
      if (!parsed.ok) {
        expect(parsed.reason).not.toBe('');
        return;
      }
      const { pid, port, host, version, token } = parsed.record;
      expect([Number.isInteger(pid), pid >= 1, pid <= MAX_PID]).toEqual([true, true, true]);
      expect([Number.isInteger(port), port >= 1, port <= 65_535]).toEqual([true, true, true]);
      expect(host).toMatch(/^[\w.:%*,[\] -]{0,1024}$/);
      expect([/\p{Cc}/u.test(version), version.length <= 256]).toEqual([false, true]);
      expect(token.reveal()).toMatch(/^[0-9a-f]{32}$/i);
    }),
    { numRuns: 700 },
  );
});

test('no reason repeats what a field holds', () => {
  const marked = fc.constantFrom(...fieldNames).map((name) => ({ ...good, [name]: 'SECRET\u0007'.repeat(200) }));
  fc.assert(
    fc.property(marked, (record) => {
      const parsed = parsePidRecord(bytesOf(JSON.stringify(record)));
      expect(parsed.ok ? '' : parsed.reason).not.toContain('SECRET');
    }),
  );
});

test('what nests as deep as a file can is refused like any other text', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"pid":', '}'],
  ] as const) {
    const depth = Math.floor(60_000 / (open.length + close.length));
    for (const text of [`${open.repeat(depth)}1${close.repeat(depth)}`, open.repeat(depth)])
      expect(parsePidRecord(bytesOf(text)).ok).toBe(false);
  }
});

const anyHost = fc.oneof(
  fc.stringMatching(/^[\w.:%*,[\] -]{0,40}$/),
  fc
    .array(fc.constantFrom('constructor', '__proto__', 'toString', '::', '*', '127.0.0.1', '[::1]', ' ', ''), {
      maxLength: 4,
    })
    .map((entries) => entries.join(',')),
  fc.ipV4(),
  fc.ipV6(),
);

test('whatever host a record may have, there is a text to connect to, and only this machine is trusted', () => {
  fc.assert(
    fc.property(anyHost, (host) => {
      const target = connectHost({ host });
      expect(typeof target).toBe('string');
      expect(gatewayOrigin({ host, port: 1 })).toContain(target);
      if (!isTrustedHost({ host }, [], () => [])) return;
      expect([isIP(target) !== 0, target === '::1' || target.startsWith('127.')]).toEqual([true, true]);
    }),
    { numRuns: 700 },
  );
});

test('no pid that means a group, everybody, init or nothing is ever signalled', async () => {
  const signalled: number[] = [];
  const pids = fc.oneof(
    fc.integer({ max: 1 }),
    fc.integer({ min: 2 ** 31, max: Number.MAX_SAFE_INTEGER }),
    fc.double().filter((pid) => !Number.isInteger(pid)),
    fc.constant(process.pid),
  );
  await fc.assert(
    fc.asyncProperty(pids, async (pid) => {
      const record = aRecord({ pid, token: new Secret('0'.repeat(32)) });
      const result = await signalRecord(record, 'SIGTERM', { kill: (target) => void signalled.push(target) });
      expect(result).toMatchObject({ ok: false, reason: 'refused' });
    }),
    { numRuns: 300 },
  );
  expect(signalled).toEqual([]);
});
