import { expect, test } from 'vitest';
import { createLineReader } from '../src/lines.ts';
import { safeLine } from '../src/safe-line.ts';

test.each([
  ['colours and other escape sequences', '\u001b[31mred\u001b[0m \u001b]0;title\u0007end', 'red end'],
  ['controls, also those above U+007F', 'a\u0000b\u0008c\u009b31md\u0085e', 'abcde'],
  ['marks that turn the direction of text', 'user\u202e\u2066nimda\u2069\u061c', 'usernimda'],
  ['line ends that only some viewers know', 'one\u2028two\u2029', 'onetwo'],
  ['what cannot be seen', 'to\u200bken\ufeff\u2060\u180e\u206a\ufffb', 'token'],
])('%s do not get through', (_what, line, safe) => {
  expect(safeLine(line)).toBe(safe);
});

test('tabs, letters of any script and joined emoji stay', () => {
  const line = 'a\tdéjà 你好 می‌خواهم 👩‍🚀';
  expect(safeLine(line)).toBe(line);
});

const COMPOSED = `pico-${'0123456789abcdef'.repeat(2)}.s3cr3t-value`;

test.each([
  ['GET /pico/ws?token=s3cr3t-value&session=a 101', 'GET /pico/ws?token=[secret]&session=a 101'],
  ['GET /x?a=b&access_token=s3cr3t-value', 'GET /x?a=b&access_token=[secret]'],
  ['level=info api_key="s3cr3t-value" port=1', 'level=info api_key="[secret]" port=1'],
  ['Authorization: Bearer s3cr3t-value', 'Authorization: Bearer [secret]'],
  ['map[Authorization:[Basic s3cr3t-value] Host:[a]]', 'map[Authorization:[Basic [secret]] Host:[a]]'],
  ['{"headers":{"authorization":"Bearer s3cr3t-value"}}', '{"headers":{"authorization":"[secret]"}}'],
  ['{"token":"s3cr3t\\"-value","port":1}', '{"token":"[secret]","port":1}'],
  ['{"msg":"GET /x?token=s3cr3t-value failed"}', '{"msg":"GET /x?token=[secret] failed"}'],
  ['{"msg":"token=\\"s3cr3t-value\\" is wrong"}', '{"msg":"token=\\"[secret]\\" is wrong"}'],
  ['sent bearer s3cr3t-value-of-some-length', 'sent bearer [secret]'],
  ['Sec-WebSocket-Protocol: pico.v1, token.s3cr3t-value', 'Sec-WebSocket-Protocol: [secret]'],
  ['Cookie: a=b; picoclaw_launcher_auth=s3cr3t-value; c=d', 'Cookie: a=b; picoclaw_launcher_auth=[secret]; c=d'],
  [
    'Cookie: a=b; picoclaw_launcher_auth_18801=s3cr3t-value; c=d',
    'Cookie: a=b; picoclaw_launcher_auth_18801=[secret]; c=d',
  ],
  [`dialled with ${COMPOSED}, refused`, 'dialled with pico-[secret], refused'],
  ['provider says: bad key sk-s3cr3tvalues3cr3tvalue', 'provider says: bad key sk-[secret]'],
])('what looks like a credential is hidden: %s', (line, safe) => {
  expect(safeLine(line)).toBe(safe);
});

test.each([
  'max_token=4096 tokens=12 prompt_tokens=3',
  'the bearer of this token is unknown',
  'basic authorization failed: no token',
  'pico-channel is ready, task-ske-1 of sk-1',
  '{"level":"info","token":{"max":1},"msg":"configuration reloaded"}',
])('what only reads like one stays: %s', (line) => {
  expect(safeLine(line)).toBe(line);
});

test('a line of JSON stays one, whatever is hidden in it', () => {
  const record = { msg: 'GET /a?token=abc" x', token: 'a"b\\', authorization: 'Bearer c', note: 'token="d" e' };
  expect(JSON.parse(safeLine(JSON.stringify(record)))).toEqual({
    ...{ msg: 'GET /a?token=[secret]" x', token: '[secret]' },
    ...{ authorization: '[secret]', note: 'token="[secret]" e' },
  });
});

test.each([
  ['letters', 'x'.repeat(100_000)],
  ['colours, which are not shown', '\u001b[31mx\u001b[0m'.repeat(1_000)],
  ['credentials, which get longer', 'token=a '.repeat(1_024)],
])('a line that is too long is cut, and says so: %s', (_what, line) => {
  const seen: string[] = [];
  createLineReader((one) => seen.push(safeLine(one))).push(Buffer.from(`${line}\n`));
  expect(seen).toHaveLength(1);
  expect(seen[0]?.length).toBeLessThanOrEqual(8_192);
  expect(seen[0]?.at(-1)).toBe('…');
});

test('no half of a character is left where a line is cut', () => {
  const line = safeLine(`x${'🦐'.repeat(10_000)}`);
  expect(line.endsWith('🦐…')).toBe(true);
  expect(safeLine(`${'🦐'.repeat(10_000)}`).endsWith('🦐…')).toBe(true);
});
