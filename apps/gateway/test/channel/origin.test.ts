import { describe, expect, it } from 'vitest';
import { isOriginAllowed } from '../../src/channel/origin.ts';

describe('the origin check', () => {
  it.each([
    ['no Origin at all, as from a program', undefined, ['https://a.example'], true],
    ['any origin when the list is empty', 'https://evil.example', [], true],
    ['any origin with *', 'https://evil.example', ['*'], true],
    ['an origin of the list', 'https://a.example', ['https://a.example'], true],
    ['one written in other case and with its default port', 'HTTPS://A.example:443', ['https://a.example'], true],
    ['one whose entry has a slash at its end', 'http://a.example', ['http://a.example:80/'], true],
    ['an entry written as ws', 'http://a.example:3000', ['ws://a.example:3000'], true],
    ['another scheme', 'http://a.example', ['https://a.example'], false],
    ['another port', 'http://localhost:3001', ['http://localhost:3000'], false],
    ['a name that only begins like it', 'http://localhost.evil', ['http://localhost'], false],
    ['null, when there is a list', 'null', ['https://a.example'], false],
    ['null, even when the list says null', 'null', ['null'], false],
    ['an origin with a path', 'https://a.example/x', ['https://a.example'], false],
    ['an origin with a user', 'https://a.example@evil.example', ['https://evil.example'], false],
    ['nonsense', '::', ['https://a.example'], false],
    ['an empty Origin', '', ['https://a.example'], false],
  ])('judges %s', (_what, origin, allowed, outcome) => {
    expect(isOriginAllowed(origin, allowed)).toBe(outcome);
  });
});
