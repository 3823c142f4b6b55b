import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadLauncherConfig } from '@picoclaw/config';
import { expect, it } from 'vitest';
import { checkProxy } from '../../src/doctor/checks/proxy-untrusted.ts';
import { aHome } from '../support/home.ts';

const note = (peer: string) => JSON.stringify({ level: 'info', code: 'proxy_untrusted', peer });
const START = JSON.stringify({ level: 'info', code: 'launcher_token', source: 'config' });

function check(config: object, log: readonly string[] = []) {
  const { paths, environment } = aHome({ 'launcher-config.json': config });
  mkdirSync(paths.logsDirectory);
  writeFileSync(join(paths.logsDirectory, 'launcher.log'), log.map((line) => `${line}\n`).join(''));
  return checkProxy(loadLauncherConfig(paths, environment), paths);
}

it.each([
  ['nothing of a proxy', {}, [], []],
  ['a base path', { base_path: '/picoclaw' }, [], ['info']],
  ['a base path behind a trusted proxy', { base_path: '/p', trusted_proxy_cidrs: ['10.0.0.0/8'] }, [], []],
  ['a noted peer', {}, [START, note('10.1.2.3')], ['warn']],
  ['a noted peer that is trusted by now', { trusted_proxy_cidrs: ['10.0.0.0/8'] }, [START, note('10.1.2.3')], []],
  ['a peer of IPv6', { trusted_proxy_cidrs: ['10.0.0.0/8'] }, [START, note('fd00::1')], ['warn']],
  ['a note of an earlier run', {}, [START, note('10.1.2.3'), START], []],
  ['lines that are no notes', {}, ['{"code":"proxy_untrusted"', note('"; rm -rf'), '{"peer":"10.0.0.1"}'], []],
])('with %s', (_what, config, log, severities) => {
  expect(check(config, log).map(({ severity }) => severity)).toEqual(severities);
});

it('names each peer once, and how to trust it', () => {
  const [finding] = check({}, [START, note('10.1.2.3'), note('fd00::1'), note('10.1.2.3')]);
  expect(finding?.evidence).toEqual(['sent by 10.1.2.3', 'sent by fd00::1']);
  expect(finding?.fix).toContain('"trusted_proxy_cidrs": ["10.1.2.3/32", "fd00::1/128"]');
});
