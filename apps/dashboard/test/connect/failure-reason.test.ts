import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findFailureReason } from '../../src/connect/failure-reason.ts';

const signedIn = { authenticated: true, initialized: true };
const running = { gateway_status: 'running' };
let answers: Record<string, unknown>;
const server = createServer(({ url = '' }, outgoing) => outgoing.end(JSON.stringify(answers[url])));
let origin: string;

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(globalThis, { document: { baseURI: `${origin}/` } });
});
afterEach(async () => {
  Reflect.deleteProperty(globalThis, 'document');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const reasonOf = (auth: unknown, gateway: unknown, info: { ws_url?: string; enabled?: boolean } = {}) => {
  answers = { '/api/auth/status': auth, '/api/gateway/status': gateway };
  const ws_url = `${origin.replace('http', 'ws')}/pico/ws`;
  const methods = { auth_methods: [], gateway_auth_methods: [], session_param: 'session_id' };
  return findFailureReason({ ws_url, enabled: true, configured: true, ...methods, ...info }, origin);
};

it('finds the first thing that is wrong, and says nothing of what is not known', async () => {
  expect(await reasonOf({ ...signedIn, authenticated: false }, running)).toEqual({ kind: 'signed_out' });
  expect(await reasonOf(signedIn, { gateway_status: 'error', gateway_start_reason: 'It failed.' })).toEqual({
    kind: 'gateway_down',
    told: 'It failed.',
  });
  expect(await reasonOf(signedIn, running, { enabled: false })).toEqual({ kind: 'channel_off' });
  expect(await reasonOf(signedIn, running)).toEqual({ kind: 'unknown' });
});

it('notices that the launcher believes to be somewhere else, as behind a proxy that it does not trust', async () => {
  for (const ws_url of [`${origin.replace('http', 'wss')}/pico/ws`, 'ws://inside.example/pico/ws']) {
    expect(await reasonOf(signedIn, running, { ws_url })).toEqual({ kind: 'other_address', url: ws_url });
  }
});

it('says that the launcher is silent', async () => {
  await new Promise((resolve) => server.close(resolve));
  expect(await reasonOf(signedIn, running)).toEqual({ kind: 'launcher_silent' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
