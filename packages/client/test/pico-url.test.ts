import { describe, expect, it } from 'vitest';
import { createId, picoUrl } from '../src/index.ts';

describe("the address of a session's socket", () => {
  it('is a WebSocket address with the session, and keeps what was there', () => {
    expect(picoUrl('https://host/base/pico/ws?x=1', { id: 'a b' })).toBe('wss://host/base/pico/ws?x=1&session_id=a+b');
    expect(picoUrl(new URL('http://[::1]:18800/pico/ws'), { id: 's' })).toBe('ws://[::1]:18800/pico/ws?session_id=s');
  });

  it('asks for what came after a frame when it is told which', () => {
    expect(picoUrl('ws://h/pico/ws', { id: 's', after: 0 })).toBe('ws://h/pico/ws?session_id=s&after=0');
  });
});

describe('an id', () => {
  it('is 128 bits in hexadecimal digits and new each time', () => {
    const ids = Array.from({ length: 100 }, createId);
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});
