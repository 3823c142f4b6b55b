import { randomBytes } from 'node:crypto';
import { Secret } from '@picoclaw/auth';
import { describe, expect, it } from 'vitest';
import { checkTokens, weaknesses } from '../../src/doctor/checks/token-weak.ts';

describe('a weak token', () => {
  it.each([
    ['password', ['is well known', 'has fewer than 12 characters']],
    ['MyPassword-2024!', ['is well known']],
    ['changeme', ['is well known', 'has fewer than 12 characters']],
    ['your-token-here', ['is well known']],
    ['picoclaw-token', ['is well known']],
    ['1234567890123', ['is well known']],
    ['abcdefghijklmnop', ['is well known']],
    ['x7Kq-29', ['has fewer than 12 characters']],
    ['aaaaaaaaaaaaaaaaaaaa', ['repeats the same few characters']],
    ['xyxyxyxyxyxyxyxyxyxyxy', ['repeats the same few characters']],
  ])('is %s', (text, reasons) => expect(weaknesses(new Secret(text))).toEqual(reasons));

  it.each([
    'correct-horse-battery',
    'launcher-token-for-tests',
    'Tr0ub4dor&3-and-more',
    '7f9c1be2a04d',
    randomBytes(32).toString('base64url'),
  ])('is not %s', (text) => expect(weaknesses(new Secret(text))).toEqual([]));

  it('is told without its value or its length', () => {
    const value = new Secret('zq3k');
    const [finding] = checkTokens([{ name: 'channel token', value, from: '/home/.security.yml: channels.pico.token' }]);
    expect(finding).toMatchObject({ code: 'token-weak', severity: 'warn' });
    expect(finding?.evidence).toEqual(['/home/.security.yml: channels.pico.token']);
    expect(JSON.stringify(finding)).not.toContain('zq3k');
  });
});
