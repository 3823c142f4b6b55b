import { composeToken, Secret } from '@picoclaw/auth';
import { expect, it, onTestFinished } from 'vitest';
import {
  bearer,
  buildTestGateway,
  CHANNEL_TOKEN,
  PID_TOKEN,
  settingsWith,
  startTestGateway,
  upgradeStatus,
} from '../support/test-gateway.ts';

it('no token, right or wrong, and no query string gets into the log', async () => {
  const { app, port, lines, parts } = await startTestGateway({ settings: settingsWith({ allowTokenQuery: true }) });
  onTestFinished(() => app.close());
  const tokens = [
    CHANNEL_TOKEN,
    'wrong-token-of-a-stranger',
    composeToken(new Secret(PID_TOKEN), new Secret(CHANNEL_TOKEN)).reveal(),
  ];
  for (const token of tokens) {
    await upgradeStatus(port, bearer(token));
    await upgradeStatus(port, { protocols: [`token.${token}`] });
    await upgradeStatus(port, { path: `/pico/ws?token=${token}&session_id=s` });
    await app.inject({ method: 'POST', url: `/reload?token=${token}`, headers: { authorization: `Bearer ${token}` } });
    await app.inject(`/nowhere?token=${token}`);
  }
  parts.log.info({ settings: parts.settings.current, identity: parts.identity }, 'everything at once');
  const log = lines.join('');
  expect(log).toContain('"path":"/nowhere"');
  expect(log).toContain('[secret]');
  for (const secret of [CHANNEL_TOKEN, PID_TOKEN, 'wrong-token-of-a-stranger', 'token='])
    expect(log).not.toContain(secret);
});

it('no reply repeats a token', async () => {
  const { app } = await buildTestGateway();
  const headers = { upgrade: 'websocket', authorization: 'Bearer wrong-token-of-a-stranger' };
  const { payload } = await app.inject({ url: '/pico/ws?token=wrong-token-of-a-stranger', headers });
  expect(payload).not.toContain('wrong-token');
});
