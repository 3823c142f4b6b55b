import { describe, expect, it } from 'vitest';
import { buildTestGateway } from '../support/test-gateway.ts';

describe('GET /health and GET /ready', () => {
  it('say that the process lives, and nothing about pid or version', async () => {
    const { app } = await buildTestGateway();
    const response = await app.inject('/health');
    expect(response.statusCode).toBe(200);
    expect(Object.keys(response.json())).toEqual(['status', 'uptime', 'instance_id']);
    expect(response.json()).toMatchObject({ status: 'ok', instance_id: 'instance-of-the-tests' });
  });

  it('tell ready with its checks', async () => {
    const { app, parts } = await buildTestGateway();
    parts.readiness.addCheck('channel', () => undefined);
    const response = await app.inject('/ready');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ status: 'ready', checks: { channel: { status: 'ok' } } });
  });

  it.each(['starting', 'reloading', 'stopping'] as const)('tell not ready while %s', async (phase) => {
    const { app, parts } = await buildTestGateway();
    parts.readiness.phase = phase;
    const response = await app.inject('/ready');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toMatchObject({ status: 'not ready', phase });
    expect((await app.inject('/health')).statusCode).toBe(200);
  });

  it('tell not ready when a check fails', async () => {
    const { app, parts } = await buildTestGateway();
    parts.readiness.addCheck('channel', () => 'no token');
    expect((await app.inject('/ready')).statusCode).toBe(503);
  });

  it('answer HEAD as well', async () => {
    const { app } = await buildTestGateway();
    expect((await app.inject({ method: 'HEAD', url: '/health' })).statusCode).toBe(200);
  });
});
