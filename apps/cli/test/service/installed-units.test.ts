import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { auditUnits } from '../../src/service/audit.ts';
import { environmentOfUnit, readInstalledUnits } from '../../src/service/installed-units.ts';
import { renderLaunchAgent } from '../../src/service/launchd-plist.ts';
import { unitFolders } from '../../src/service/places.ts';
import { renderSystemdUnit } from '../../src/service/systemd-unit.ts';
import { aPlan } from './a-plan.ts';

/** A home with these units, and what is found in it. */
function aHomeWith(files: Readonly<Record<string, string>>) {
  const userHome = mkdtempSync(join(tmpdir(), 'picoclaw-units-'));
  onTestFinished(() => rmSync(userHome, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = join(userHome, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text.replaceAll('$HOME$', userHome));
  }
  const environment = { userHome, lookup: () => undefined };
  const folders = unitFolders(environment, { ofTheMachine: [] });
  const paths = { home: join(userHome, '.picoclaw'), configFile: join(userHome, '.picoclaw', 'config.json') };
  return {
    userHome,
    installed: () => readInstalledUnits(environment, folders),
    findings: async () =>
      auditUnits(await readInstalledUnits(environment, folders), { paths, isGatewayExternal: false }),
  };
}

const UNITS = '.config/systemd/user';
const AGENTS = 'Library/LaunchAgents';

it('our own units are read back, of both kinds and both managers', async () => {
  const home = aHomeWith({
    [`${UNITS}/picoclaw-launcher.service`]: renderSystemdUnit(aPlan()),
    [`${AGENTS}/io.picoclaw.gateway.plist`]: renderLaunchAgent('io.picoclaw.gateway', aPlan({ kind: 'gateway' })),
    [`${UNITS}/other.service`]: '[Service]\nExecStart=/bin/true\nEnvironment=TOKEN=x\n',
  });
  const { units, unreadable } = await home.installed();
  expect(unreadable).toEqual([]);
  expect(units).toMatchObject([
    {
      ...{ manager: 'systemd', scope: 'user', kind: 'launcher', name: 'picoclaw-launcher.service', embedded: [] },
      ...{ program: '/usr/bin/node', args: ['/opt/picoclaw/cli.js', '--no-browser'], templateVersion: 1 },
      restart: 'on-failure, except after exit code 75 and 78',
      isEnabled: false,
    },
    {
      ...{ manager: 'launchd', kind: 'gateway', name: 'io.picoclaw.gateway', embedded: [], templateVersion: 1 },
      ...{ args: ['/opt/picoclaw/cli.js', 'gateway', 'run'], restart: 'on-failure', isEnabled: true },
    },
  ]);
  const environment = environmentOfUnit(units[0] ?? { environment: new Map(), kind: 'launcher' });
  expect(environment).toMatchObject({ serviceKind: 'launcher', userHome: '/home/p', home: '/home/p/.picoclaw' });
});

it.each([
  ['Environment=PICOCLAW_LAUNCHER_TOKEN=s3cret-value', 'launcher'],
  ['Environment="A=1" "PICOCLAW_GATEWAY_TOKEN=s3cret-value"', 'channel'],
  ["Environment='PICOCLAW_CHANNELS_PICO_TOKEN=s3cret-value' B=2", 'channel'],
  ['Environment=OPENAI_API_KEY=s3cret-value', undefined],
  ['Environment=HTTPS_PROXY=http://me:s3cret-value@proxy:3128', undefined],
  ['ExecStart=\nExecStart=/usr/bin/picoclaw-launcher --token s3cret-value', 'launcher'],
  ['ExecStart=\nExecStart=/usr/bin/picoclaw-launcher -token=s3cret-value', 'launcher'],
  ['ExecStart=\nExecStart=/bin/sh -c "PICOCLAW_LAUNCHER_TOKEN=s3cret-value exec picoclaw-launcher"', 'launcher'],
  ['ExecStartPost=/usr/bin/curl http://localhost:18800/?token=s3cret-value', undefined],
  ['# Environment=PICOCLAW_LAUNCHER_TOKEN=s3cret-value', 'launcher'],
  ['SetCredential=token:s3cret-value', undefined],
  ['Environment=X=1 \\\n  PICOCLAW_LAUNCHER_TOKEN=s3cret-value', 'launcher'],
])('a secret is found in %j, and never shown', async (line, purpose) => {
  const unit = `[Service]\nExecStart=/usr/bin/picoclaw-launcher\n${line}\n`;
  const home = aHomeWith({ [`${UNITS}/picoclaw.service`]: unit });
  const [found] = (await home.installed()).units;
  expect(found?.embedded.map((one) => [one.purpose, one.value.reveal().includes('s3cret-value')])).toEqual([
    [purpose, true],
  ]);
  const [finding] = await home.findings();
  expect(finding).toMatchObject({ code: 'embedded-token', severity: 'error' });
  if (purpose) expect(finding?.fix).toContain(`token rotate --${purpose}`);
  expect(JSON.stringify([await home.installed(), await home.findings()])).not.toContain('s3cret-value');
});

it('drop-ins and environment files count as well', async () => {
  const home = aHomeWith({
    [`${UNITS}/picoclaw-launcher.service`]: `${renderSystemdUnit(aPlan())}`,
    [`${UNITS}/picoclaw-launcher.service.d/a.conf`]:
      '[Service]\nEnvironmentFile=-%h/secrets.env\nEnvironmentFile=-/nowhere\n',
    [`${UNITS}/picoclaw-launcher.service.d/b.conf`]: '[Service]\nEnvironment=PICOCLAW_LAUNCHER_TOKEN=in-drop-in\n',
    'secrets.env': '# mine\nPICOCLAW_CHANNELS_PICO_TOKEN="in-file"\nLANG=C\n',
  });
  const [unit] = (await home.installed()).units;
  expect(unit?.embedded.map(({ value, purpose }) => [value.reveal(), purpose])).toEqual([
    ['in-drop-in', 'launcher'],
    ['in-file', 'channel'],
  ]);
  expect(unit?.furtherFiles).toHaveLength(3);
  expect(unit?.environment.get('PICOCLAW_CHANNELS_PICO_TOKEN')?.reveal()).toBe('in-file');
});

it('only where a secret is, is no secret', async () => {
  const lines = [
    'Environment=PICOCLAW_LAUNCHER_TOKEN_FILE=/run/secrets/token MAX_TOKENS_COUNT=5',
    'ExecStartPre=/bin/x --token-file /run/token',
    'LoadCredential=token:/run/token',
  ];
  const home = aHomeWith({
    [`${UNITS}/picoclaw.service`]: `[Service]\nExecStart=/usr/bin/picoclaw-launcher\n${lines.join('\n')}\n`,
  });
  expect((await home.installed()).units[0]?.embedded).toEqual([]);
});

it('an agent of another maker is read with its secrets', async () => {
  const agent = `<?xml version="1.0"?><plist version="1.0"><dict><key>Label</key><string>com.x.picoclaw</string>
    <key>ProgramArguments</key><array><string>/usr/local/bin/picoclaw</string><string>gateway</string><string>--token</string><string>s3cret</string></array>
    <key>EnvironmentVariables</key><dict><key>PICOCLAW_GATEWAY_TOKEN</key><string>s3cret-2</string></dict><key>KeepAlive</key><true/></dict></plist>`;
  const home = aHomeWith({
    [`${AGENTS}/com.x.picoclaw.plist`]: agent,
    [`${AGENTS}/io.picoclaw.launcher.plist`]: '<plist>',
  });
  const { units, unreadable } = await home.installed();
  expect(units).toMatchObject([{ kind: 'gateway', restart: 'always', args: ['gateway', '--token', '[secret]'] }]);
  expect(units[0]?.embedded.map(({ purpose }) => purpose)).toEqual(['channel', 'channel']);
  expect(unreadable).toMatchObject([{ file: expect.stringContaining('io.picoclaw.launcher.plist') }]);
});

it('a unit of a current template for this home and existing programs has no finding', async () => {
  const home = aHomeWith({});
  const plan = aPlan({ program: process.execPath, script: import.meta.filename, home: home.userHome });
  mkdirSync(join(home.userHome, UNITS), { recursive: true });
  writeFileSync(join(home.userHome, UNITS, 'picoclaw-launcher.service'), renderSystemdUnit(plan));
  expect(await home.findings()).toEqual([]);
});

it('what is old, gone or for another home is found', async () => {
  const old = renderSystemdUnit(aPlan({ program: '/gone/node' })).replace('TemplateVersion=1', 'TemplateVersion=0');
  const home = aHomeWith({ [`${UNITS}/picoclaw-launcher.service`]: old });
  const findings = await home.findings();
  expect(findings.map(({ code }) => code)).toEqual(['program-missing', 'unit-outdated', 'home-mismatch']);
  expect(findings[0]?.evidence).toContain('/gone/node');
});

it('two that start the same are found, once they are enabled', async () => {
  const home = aHomeWith({
    [`${UNITS}/picoclaw-launcher.service`]: renderSystemdUnit(aPlan()),
    [`${UNITS}/picoclaw-gateway.service`]: renderSystemdUnit(aPlan({ kind: 'gateway' })),
    [`${UNITS}/default.target.wants/.keep`]: '',
  });
  const codes = async () => (await home.findings()).filter(({ code }) => code === 'two-supervisors');
  expect(await codes()).toEqual([]);
  for (const kind of ['launcher', 'gateway']) {
    const name = `picoclaw-${kind}.service`;
    symlinkSync(join('..', name), join(home.userHome, UNITS, 'default.target.wants', name));
  }
  expect(await codes()).toMatchObject([{ severity: 'warn', evidence: expect.arrayContaining(['/home/p/.picoclaw']) }]);
});
