import { expect, test } from 'vitest';
import { buildTestGateway, CHANNEL_TOKEN, PID_TOKEN } from '../support/test-gateway.ts';

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('who holds sockets is told to, and ended for, nobody but a launcher with the pid token', async () => {
  const { app } = await buildTestGateway();
  for (const method of ['GET', 'DELETE'] as const) {
    for (const headers of [{}, bearer(CHANNEL_TOKEN), bearer('guess')]) {
      const reply = await app.inject({ method, url: '/holders?holder=x', headers });
      expect([method, reply.statusCode, reply.json().error]).toEqual([method, 401, 'unauthorized']);
    }
  }
  const headers = bearer(PID_TOKEN);
  expect((await app.inject({ url: '/holders', headers })).json()).toEqual({ holders: [] });
  expect((await app.inject({ method: 'DELETE', url: '/holders?holder=x', headers })).json()).toEqual({ ended: 0 });
  expect((await app.inject({ method: 'DELETE', url: '/holders', headers })).statusCode).toBe(400);
  await app.close();
});
