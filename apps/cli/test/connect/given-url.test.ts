import { describe, expect, it } from 'vitest';
import { httpBase, parseGivenUrl } from '../../src/connect/given-url.ts';

describe('a given address', () => {
  it.each([
    ['ws://claw:1/pico/ws', 'ws://claw:1/pico/ws', false],
    ['wss://claw', 'wss://claw/pico/ws', false],
    ['http://claw:1', 'ws://claw:1/pico/ws', true],
    ['https://claw/base/', 'wss://claw/base/pico/ws', true],
    ['ws://claw/pico', 'ws://claw/pico', false],
    ['ws://claw/pico/ws/?session_id=a#top', 'ws://claw/pico/ws?session_id=a', false],
    ['ws://[::1]:2', 'ws://[::1]:2/pico/ws', false],
  ])('%s is opened as %s', (text, href, isConverted) => {
    expect(parseGivenUrl(text)).toMatchObject({ ok: true, url: { href }, isConverted });
  });

  it.each([
    ['localhost:18800', 'has no scheme: write ws://localhost:18800'],
    ['ftp://claw', 'not ftp://'],
    ['ws://', 'is no address'],
    ['ws://claw/?token=secret', 'Leave token and password out'],
    ['ws://me:secret@claw/', 'Leave token and password out'],
  ])('%s is refused', (text, reason) => {
    const parsed = parseGivenUrl(text);
    expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});

it('finds what lies beside the chat', () => {
  expect(httpBase('wss://claw/base/pico/ws?x=1')).toBe('https://claw/base');
  expect(httpBase('ws://claw:1/pico')).toBe('http://claw:1');
});
