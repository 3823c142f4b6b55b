import { expect, test } from 'vitest';
import { GATEWAY_TITLE, looksLikeGateway } from '../src/index.ts';

test.each([
  [GATEWAY_TITLE],
  ['picoclaw'],
  ['picoclaw', 'gateway', '-E'],
  ['/usr/local/bin/picoclaw', '--debug', 'gateway'],
  ['C:\\Program Files\\picoclaw.exe', 'gateway'],
  ['node', '/opt/picoclaw/dist/gateway.js', '--managed', '-E'],
  ['/usr/bin/node', '--enable-source-maps', '/opt/picoclaw-launcher/dist/gateway.js'],
  ['node', '--import', 'tsx', 'gateway.ts'],
  ['nanobot', 'gateway'],
])('%j is a gateway', (...command) => {
  expect(looksLikeGateway(command)).toBe(true);
});

test.each([
  [''],
  ['sleep', '600'],
  ['node'],
  ['node', '-e', 'gateways()'],
  ['tail', '-f', '/root/.picoclaw/logs/gateway.log'],
  ['vim', '/home/me/.picoclaw/config.json'],
  ['picoclaw launcher'],
  ['picoclaw-launcher', 'gateway', 'start'],
  ['picoclaw', 'agent'],
  ['node', '/opt/picoclaw/dist/launcher.js'],
  ['/opt/picoclaw/bin/other'],
  ['gatewayd-like'],
])('%j is not', (...command) => {
  expect(looksLikeGateway(command)).toBe(false);
});
