import { expect, test } from 'vitest';
import { aLauncher, signIn, TOKEN } from './build-test-launcher.ts';

test('the launcher token signs in', async () => {
  const launcher = await aLauncher();
  const reply = await launcher.app.inject({ method: 'POST', url: '/login', payload: { token: TOKEN } });
  expect(reply.statusCode).toBe(200);
  const page = await launcher.app.inject({ url: '/', headers: { cookie: await signIn(launcher) } });
  expect(page.statusCode).toBe(200);
});
