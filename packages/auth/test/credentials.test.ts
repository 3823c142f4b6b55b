import { describe, expect, it } from 'vitest';
import { offeredSubprotocols, type Presented, presentedCredentials } from '../src/index.ts';

const bearerOf = (authorization: string, rawHeaders: string[] = []) =>
  shown(presentedCredentials({ headers: { authorization }, rawHeaders, url: '/' }).bearer);
const queryOf = (url: string) => shown(presentedCredentials({ headers: {}, url }).query);
const shown = (presented: Presented) => (presented.state === 'presented' ? presented.token.reveal() : presented.state);

describe('the bearer token', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   abc  ', 'abc'],
    ['Bearer', 'malformed'],
    ['Bearer ', 'malformed'],
    ['Bearer a b', 'malformed'],
    ['Basic abc', 'malformed'],
    ['', 'malformed'],
    ['abc', 'malformed'],
  ])('%j is read as %s', (header, expected) => {
    expect(bearerOf(header)).toBe(expected);
  });

  it('is malformed when two lines carry one', () => {
    expect(bearerOf('Bearer a', ['Authorization', 'Bearer a', 'authorization', 'Bearer b'])).toBe('malformed');
  });

  it('is not mistaken for a second line by a header whose value is "authorization"', () => {
    expect(bearerOf('Bearer a', ['Authorization', 'Bearer a', 'Vary', 'authorization'])).toBe('a');
  });

  it('is decoded from the UTF-8 bytes that were sent', () => {
    expect(bearerOf(`Bearer ${Buffer.from('schlüssel').toString('latin1')}`)).toBe('schlüssel');
  });
});

describe('subprotocol tokens', () => {
  it('are every offered name with the token prefix', () => {
    const headers = { 'sec-websocket-protocol': 'pico.v1, token.abc ,token.def,,x' };
    expect(presentedCredentials({ headers }).subprotocol.map((token) => token.reveal())).toEqual(['abc', 'def']);
    expect(offeredSubprotocols(headers)).toEqual(['pico.v1', 'token.abc', 'token.def', 'x']);
  });
});

describe('the query token', () => {
  it.each([
    ['/pico/ws', 'none'],
    ['/pico/ws?x=1', 'none'],
    ['/pico/ws?token=abc', 'abc'],
    ['/pico/ws?x=1&token=a%2Bb&y=2', 'a+b'],
    ['/pico/ws?token=', 'malformed'],
    ['/pico/ws?token=%20', 'malformed'],
    ['/pico/ws?token=a&token=a', 'malformed'],
    ['/pico/ws?token[]=a', 'none'],
  ])('%s is read as %s', (url, expected) => {
    expect(queryOf(url)).toBe(expected);
  });
});
