import { inspect } from 'node:util';
import { Secret } from '@picoclaw/auth';
import { describe, expect, test } from 'vitest';
import { describeGateway, isSameGateway, type PidRecord, parsePidRecord, serializePidRecord } from '../src/index.ts';
import { aRecord, TOKEN } from './support/records.ts';

const five = { pid: 123, token: TOKEN, version: '1.2.3', port: 18790, host: '127.0.0.1' };
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

function reasonFor(value: unknown): string {
  const parsed = parsePidRecord(value instanceof Uint8Array ? value : bytes(value));
  return parsed.ok ? 'accepted' : parsed.reason;
}

const full: PidRecord = {
  ...aRecord({ pid: 123 }),
  startedAt: '2026-01-02T03:04:05.000Z',
  startTime: '289911',
  bootId: '4fb55beb-395e-4ab9-a17c-2fe77b58d348',
  pidNamespace: 4_026_531_836,
  instanceId: '7f0c2b1e-61f0-4d0c-9a3e-111111111111',
  capabilities: ['composed-token'],
  socketPath: '/run/picoclaw/gateway.sock',
};

test('the five shared fields alone are a record', () => {
  expect(parsePidRecord(bytes(five))).toEqual({ ok: true, record: aRecord({ pid: 123 }) });
});

test('keys that nobody here knows are ignored, even hostile ones', () => {
  const text = `{"__proto__": {"pid": 1}, "constructor": 1, "future": [], ${JSON.stringify(five).slice(1)}`;
  expect(parsePidRecord(bytes(text))).toEqual({ ok: true, record: aRecord({ pid: 123 }) });
});

test('every field survives the way to the file and back', () => {
  const parsed = parsePidRecord(bytes(serializePidRecord(full)));
  expect(parsed).toEqual({ ok: true, record: full });
  expect(parsed.ok && parsed.record.token.reveal()).toBe(TOKEN);
});

test('the file is JSON in snake case, indented by two', () => {
  const text = serializePidRecord(full);
  expect(text).toContain(`\n  "token": "${TOKEN}",\n`);
  expect(Object.keys(JSON.parse(text))).toEqual([
    ...['pid', 'token', 'version', 'port', 'host', 'started_at', 'start_time', 'boot_id', 'pid_namespace'],
    ...['instance_id', 'capabilities', 'socket_path'],
  ]);
  expect(Object.keys(JSON.parse(serializePidRecord(aRecord())))).toEqual(Object.keys(five));
});

test('a start time written as a number is the same as one written as text', () => {
  expect(parsePidRecord(bytes({ ...five, start_time: 289911 }))).toMatchObject({ record: { startTime: '289911' } });
});

test('a record shows no token when it is printed', () => {
  expect(JSON.stringify(full) + inspect(full) + String(full.token)).not.toContain(TOKEN);
});

describe('bytes that are no record', () => {
  const deep = '['.repeat(60_000);
  test.each<[string, unknown, RegExp]>([
    ['nothing', '', /^is empty$/],
    ['blanks', '  \n', /^is not JSON$/],
    ['half a record', JSON.stringify(five).slice(0, 40), /^is not JSON$/],
    ['a bare number as old pid files hold', '123\n', /^record: /],
    ['null', 'null', /^record: /],
    ['an array', '[]', /^record: /],
    ['deep nesting', deep, /^is not JSON$/],
    ['a byte order mark', `\ufeff${JSON.stringify(five)}`, /^starts with a byte order mark$/],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), /^is not UTF-8$/],
    ['more than 64 KiB', JSON.stringify({ ...five, pad: 'x'.repeat(65_536) }), /^is larger than 65536 bytes$/],
  ])('%s', (_, value, reason) => {
    expect(reasonFor(value)).toMatch(reason);
  });

  test.each(Object.keys(five))('a record without %s', (key) => {
    expect(reasonFor({ ...five, [key]: undefined })).toMatch(new RegExp(`^${key}: `));
  });

  test.each<[string, unknown]>([
    ...[0, -1, 1.5, '1', 2 ** 31, Number.MAX_SAFE_INTEGER, null, true, [7]].map(
      (pid) => ['pid', pid] as [string, unknown],
    ),
    ...[0, -1, 65_536, 80.5, '18790', null].map((port) => ['port', port] as [string, unknown]),
    ...['', 'short', 'g'.repeat(32), '0'.repeat(33), 1].map((token) => ['token', token] as [string, unknown]),
    ...[1, null, 'a\nb', '\u001b[31m', 'x'.repeat(300)].map((version) => ['version', version] as [string, unknown]),
    ...[1, 'a/b', 'user@host', 'a\r\nb', 'host#x', 'ho\0st'].map((host) => ['host', host] as [string, unknown]),
    ['start_time', {}],
    ['boot_id', 5],
    ['pid_namespace', 'pid:[1]'],
    ['instance_id', 5],
    ['capabilities', 'composed-token'],
    ['socket_path', ''],
  ])('%s = %j', (key, value) => {
    expect(reasonFor({ ...five, [key]: value })).toMatch(new RegExp(`^${key}: `));
  });

  test('1e309 and other numbers that JSON turns into Infinity', () => {
    expect(reasonFor(JSON.stringify(five).replace('123', '1e309'))).toMatch(/^pid: /);
  });

  test('all problems are told at once, and none repeats a value', () => {
    const reason = reasonFor({ ...five, pid: 0, port: 0, token: `${TOKEN}-and-more` });
    expect(reason).toMatch(/pid: .*; token: .*; port: /);
    expect(reason).not.toContain(TOKEN);
  });
});

test('two records are of the same gateway when pid, run and token agree', () => {
  expect(isSameGateway(full, { ...full, host: 'elsewhere' })).toBe(true);
  expect(isSameGateway(full, { ...full, pid: 124 })).toBe(false);
  expect(isSameGateway(full, { ...full, instanceId: 'another' })).toBe(false);
  expect(isSameGateway(full, { ...full, token: new Secret('f'.repeat(32)) })).toBe(false);
});

test('a gateway is named by pid, version and address', () => {
  expect(describeGateway(full)).toBe('pid 123, version 1.2.3, 127.0.0.1:18790');
  expect(describeGateway({ ...full, host: '::1' })).toBe('pid 123, version 1.2.3, [::1]:18790');
});
