import { describe, expect, it } from 'vitest';
import { buildTestGateway, PID_TOKEN } from '../support/test-gateway.ts';

const EVIL = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

describe('a page of another site', () => {
  it.each(['/health', '/ready', '/reload', '/pico/sessions', '/pico/ws', '/pico/media/x'])(
    'gets no leave by a preflight of %s, nor to reach into the private network',
    async (url) => {
      const { app } = await buildTestGateway();
      for (const method of ['OPTIONS', 'GET', 'POST'] as const) {
        const headers = {
          ...EVIL,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
          'access-control-request-private-network': 'true',
        };
        const reply = await app.inject({ method, url, headers });
        if (method === 'OPTIONS') expect(reply.statusCode).toBe(405);
        expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    },
  );

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'cannot post %s, not even with a token',
    async (type) => {
      const { app, parts } = await buildTestGateway();
      const before = parts.settings.current;
      const headers = { ...EVIL, 'content-type': type, authorization: `Bearer ${PID_TOKEN}` };
      expect((await app.inject({ method: 'POST', url: '/reload', headers, payload: 'x' })).statusCode).toBe(415);
      expect(parts.settings.current).toBe(before);
    },
  );
});
