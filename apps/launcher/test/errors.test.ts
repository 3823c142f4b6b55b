import { expect, test } from 'vitest';
import { errorBody, errors, rawErrorReply } from '../src/errors.ts';

test.each(Object.entries(errors))('%s has a stable code, a status and a sentence', (code, { status, message }) => {
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(600);
  expect(message).toMatch(/^[A-Z].+\.$/);
});

test('a code of two statuses is shown as one', () => {
  expect(errorBody('invalid_credentials').error).toBe('invalid_token');
  expect(errors.invalid_credentials.status).not.toBe(errors.invalid_token.status);
});

test('a raw reply is a complete one that no cache keeps and no page frames', () => {
  const reply = rawErrorReply('gateway_unavailable', { message: 'größer', headers: { 'retry-after': '1' } });
  const [head = '', body = ''] = reply.split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toBe('HTTP/1.1 503 Service Unavailable');
  expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
  for (const header of [
    'connection: close',
    'retry-after: 1',
    'cache-control: no-store',
    'referrer-policy: no-referrer',
  ])
    expect(head).toContain(header);
  expect(JSON.parse(body)).toEqual({ error: 'gateway_unavailable', message: 'größer' });
});
