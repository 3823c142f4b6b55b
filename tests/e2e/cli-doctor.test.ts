import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { timesOfBareNode } from '../support/bare-node.ts';
import { certify } from '../support/certify.ts';
import { cli } from '../support/cli.ts';
import { doctor, doctoredHome, FILE_TOKEN, startByFiles } from '../support/doctor.ts';
import { allFilesBelow, readHomeJson, writeHomeFile } from '../support/home.ts';
import { aLegacyService } from '../support/legacy-service.ts';
import { built, isAlive, pidRecord, run, until } from '../support/processes.ts';

const mayMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

describe('a home where all is well', () => {
  it('has no finding, running or not, and doctor takes but a few times as long as Node that does nothing', async () => {
    const { home } = await doctoredHome();
    expect(await doctor(home)).toMatchObject({ exitCode: 0, codes: [] });
    await startByFiles(home);
    expect(await timesOfBareNode(() => doctor(home))).toBeLessThan(15);
    expect(await doctor(home)).toMatchObject({ exitCode: 0, codes: [] });
    const text = run(built('cli.js'), { home, args: ['doctor'], env: { HOME: home } });
    expect(await text.exited).toBe(0);
    expect(text.output()).toBe(`Nothing to complain about in ${home}.\n`);
  });

  it('is not changed by a look, not even by one byte or time', async () => {
    const { home } = await doctoredHome();
    const stateOf = () =>
      [...allFilesBelow(home)].map(([name, text]) => [name, text, statSync(join(home, name)).mtimeMs]);
    const before = stateOf();
    await doctor(home);
    await doctor(home, ['--repair', '--yes']);
    expect(stateOf()).toEqual(before);
  });
});

describe('the command line', () => {
  it('--repair without a terminal and without --yes is refused with 2, and nothing changes', async () => {
    const { home } = await doctoredHome();
    chmodSync(join(home, 'launcher-config.json'), 0o644);
    const { exitCode, output } = await doctor(home, ['--repair']);
    expect(exitCode).toBe(2);
    expect(output).toContain('--yes');
    expect(statSync(join(home, 'launcher-config.json')).mode & 0o777).toBe(0o644);
  });

  it('--only tells of these alone, and a mistyped one of the nearest', async () => {
    const { home } = await doctoredHome({ launcher: { public: true } });
    chmodSync(join(home, 'launcher-config.json'), 0o644);
    expect((await doctor(home)).codes).toEqual(['config-permissions', 'exposed-without-allowlist']);
    expect((await doctor(home, ['--only', 'token-weak,config-permissions'])).codes).toEqual(['config-permissions']);
    expect(await doctor(home, ['--only', 'token-weak'])).toMatchObject({ exitCode: 0, codes: [] });
    const mistyped = await doctor(home, ['--only', 'token-drif']);
    expect(mistyped.exitCode).toBe(2);
    expect(mistyped.output).toContain('Did you mean "token-drift"?');
  });

  it('--repair --only repairs nothing else', async () => {
    const { home } = await doctoredHome();
    chmodSync(join(home, 'launcher-config.json'), 0o644);
    writeHomeFile(home, '.picoclaw.pid', 'garbage');
    const { repairs } = await doctor(home, ['--repair', '--yes', '--only', 'stale-pid-file']);
    expect(repairs).toMatchObject([{ state: 'repaired' }]);
    expect(existsSync(join(home, '.picoclaw.pid'))).toBe(false);
    expect(statSync(join(home, 'launcher-config.json')).mode & 0o777).toBe(0o644);
  });
});

describe('certificate', () => {
  it('is found where others can read its key, behind a link too, which is repaired and nothing else', async () => {
    const { home } = await doctoredHome({
      launcher: { tls: { cert: 'tls/certificate.pem', key: 'tls/live.pem' }, allowed_hosts: [] },
    });
    mkdirSync(join(home, 'tls'));
    const { key } = certify(join(home, 'tls'), { names: ['localhost'], days: 5 });
    symlinkSync('key.pem', join(home, 'tls', 'live.pem'));
    chmodSync(key, 0o644);
    const before = await doctor(home);
    expect(before).toMatchObject({ exitCode: 1, codes: ['certificate', 'certificate'] });
    expect(before.findings.map(({ fix }) => fix)).toEqual(['renew it', `run chmod 600 ${JSON.stringify(key)}`]);
    const after = await doctor(home, ['--repair', '--yes']);
    expect(after.repairs).toMatchObject([{ state: 'repaired', target: key }]);
    expect(after.findings.map(({ message }) => message)).toEqual(['The certificate expires soon.']);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    writeHomeFile(home, 'tls/key.pem', 'no key at all');
    expect((await doctor(home)).find('certificate')?.evidence).toEqual([
      `tls.key: ${join(home, 'tls', 'live.pem')} holds no private key`,
    ]);
  });
});

describe('token-drift', () => {
  it('is a launcher that still has the token from before the file was changed', async () => {
    const { home, port } = await doctoredHome();
    await startByFiles(home);
    writeHomeFile(home, 'launcher-config.json', { port, launcher_token: 'another-token-battery' });
    const report = await doctor(home);
    expect(report).toMatchObject({ exitCode: 1, codes: ['token-drift'] });
    const evidence = report.find('token-drift')?.evidence.join('\n');
    expect(evidence).toContain(`launcher at http://127.0.0.1:${port}`);
    expect(evidence).toMatch(
      /should accept: .*launcher-config\.json: launcher_token \(fingerprint [0-9a-f]{8}\); answered 401/,
    );
    expect(report.output).not.toContain('another-token-battery');
    expect(report.output).not.toContain(FILE_TOKEN);
  });

  it('is no launcher that was started with a token of its own, whatever the asking shell has', async () => {
    const { home } = await doctoredHome();
    await startByFiles(home, { PICOCLAW_LAUNCHER_TOKEN: 'token-of-that-shell' });
    expect(await doctor(home)).toMatchObject({ exitCode: 0, codes: [] });
    const other = { PICOCLAW_LAUNCHER_TOKEN: 'token-of-this-shell', PICOCLAW_GATEWAY_TOKEN: 'token-of-this-shell' };
    expect(await doctor(home, [], other)).toMatchObject({ exitCode: 0, codes: [] });
  });

  it('is a gateway that did not hear of a new channel token; with pid_token_override as well', async () => {
    for (const gateway of [{}, { pid_token_override: true }]) {
      const { home } = await doctoredHome({ gateway });
      const launcher = await startByFiles(home);
      const { pid = 0 } = pidRecord(home) ?? {};
      // A launcher that watches would have it reload at once.
      launcher.child.kill('SIGSTOP');
      onTestFinished(() => void launcher.child.kill('SIGCONT'));
      writeHomeFile(home, '.security.yml', 'channels:\n  pico:\n    token: another-channel-token\n');
      const report = await doctor(home);
      expect(report.find('token-drift')?.evidence[0]).toContain(`gateway pid ${pid}`);
      expect(report.exitCode).toBe(1);
      launcher.child.kill('SIGCONT');
      await until(async () => (await doctor(home)).codes.length === 0);
    }
  });
});

describe('the pid file', () => {
  it('of a gateway that was killed is stale-pid-file; the repair removes it, and a second run finds nothing', async () => {
    const { home } = await doctoredHome();
    const gateway = run(built('gateway.js'), { home, args: ['-E'], env: { HOME: home } });
    await until(() => pidRecord(home) !== undefined, gateway.output);
    await gateway.kill('SIGKILL');
    const report = await doctor(home);
    expect(report).toMatchObject({ exitCode: 1, codes: ['stale-pid-file'] });
    expect(report.find('stale-pid-file')?.evidence).toContain(join(home, '.picoclaw.pid'));
    const repaired = await doctor(home, ['--repair', '--yes']);
    expect(repaired).toMatchObject({ exitCode: 0, codes: [], repairs: [{ state: 'repaired' }] });
    expect(existsSync(join(home, '.picoclaw.pid'))).toBe(false);
    expect(await doctor(home, ['--repair', '--yes'])).toMatchObject({ exitCode: 0, codes: [], repairs: [] });
  });

  it('whose pid is another process now is pid-reused; that process is left alone', async () => {
    const { home } = await doctoredHome();
    const gateway = run(built('gateway.js'), { home, args: ['-E'], env: { HOME: home } });
    await until(() => pidRecord(home) !== undefined, gateway.output);
    const record = readHomeJson(home, '.picoclaw.pid');
    await gateway.kill('SIGKILL');
    writeHomeFile(home, '.picoclaw.pid', { ...record, pid: process.pid });
    const report = await doctor(home);
    expect(report).toMatchObject({ exitCode: 1, codes: ['pid-reused'] });
    expect(report.find('pid-reused')?.message).toContain(String(process.pid));
    expect(await doctor(home, ['--repair', '--yes'])).toMatchObject({ exitCode: 0, codes: [] });
    expect(isAlive(process.pid)).toBe(true);
  });

  it('of a living gateway is left alone', async () => {
    const { home } = await doctoredHome();
    await startByFiles(home);
    await until(() => pidRecord(home) !== undefined);
    const before = readFileSync(join(home, '.picoclaw.pid'), 'utf8');
    await doctor(home, ['--repair', '--yes']);
    expect(readFileSync(join(home, '.picoclaw.pid'), 'utf8')).toBe(before);
  });
});

describe('port-in-use', () => {
  it('names pid, user and command of who has the port of the launcher, and that it is none', async () => {
    const { home, port } = await doctoredHome();
    const server = createHttpServer((_request, response) => response.end('hello')).listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const report = await doctor(home);
    expect(report).toMatchObject({ exitCode: 1, codes: ['port-in-use'] });
    const { message = '', evidence = [], fix } = report.find('port-in-use') ?? {};
    expect(message).toContain(`port ${port} is used by something that is not our launcher`);
    expect(evidence[0]).toContain(`pid ${process.pid} (${userInfo().username}: `);
    expect(fix).toContain(`pid ${process.pid}`);
  });

  it('says of the gateway’s port that it is not our gateway, by its /health or its silence', async () => {
    for (const answer of ['{"status":"ok","instance_id":"of-another-run"}', 'hello', undefined]) {
      const { home, gatewayPort } = await doctoredHome();
      const server = createHttpServer((_request, response) => {
        if (answer !== undefined) response.end(answer);
      }).listen(gatewayPort, '127.0.0.1');
      onTestFinished(() => {
        server.closeAllConnections();
        server.close();
      });
      await once(server, 'listening');
      const report = await doctor(home);
      expect(report).toMatchObject({ exitCode: 1, codes: ['port-in-use'] });
      expect(report.find('port-in-use')?.message).toMatch(/not ours|not our gateway/);
    }
  });

  it('is a launcher of another home as well', async () => {
    const first = await doctoredHome();
    const second = await doctoredHome({ launcher: { port: first.port } });
    await startByFiles(first.home);
    const report = await doctor(second.home);
    expect(report.find('port-in-use')?.message).toContain('a launcher of another home');
  });

  it('does not wait for long where nothing answers', async () => {
    const { home, port, gatewayPort } = await doctoredHome();
    for (const mute of [port, gatewayPort]) {
      const server = createServer().listen(mute, '127.0.0.1');
      onTestFinished(() => void server.close());
      await once(server, 'listening');
    }
    expect(await timesOfBareNode(() => doctor(home))).toBeLessThan(30);
    const { codes } = await doctor(home);
    expect(codes).toEqual(['port-in-use', 'port-in-use']);
  });
});

describe('an invalid configuration', () => {
  it.each([
    ['is half written', 'config.json', '{"gateway": {"port": 18790,', 'is not valid JSON'],
    ['has a wrong value', 'launcher-config.json', '{"port": "many"}', 'port: must be a whole number'],
    ['is no YAML', '.security.yml', 'channels: "', 'is not valid YAML'],
  ])('that %s is config-invalid with 78; --repair changes no byte of anything', async (_what, name, text, problem) => {
    const { home } = await doctoredHome();
    writeHomeFile(home, name, text);
    // These could be repaired otherwise.
    chmodSync(join(home, name), 0o644);
    writeHomeFile(home, '.picoclaw.pid', 'garbage');
    const before = [...allFilesBelow(home)];
    for (const args of [[], ['--repair', '--yes']]) {
      const report = await doctor(home, args);
      expect(report).toMatchObject({ exitCode: 78, repairs: [] });
      expect(report.find('config-invalid')?.evidence.join('\n')).toContain(problem);
    }
    expect([...allFilesBelow(home)]).toEqual(before);
    expect(statSync(join(home, name)).mode & 0o777).toBe(0o644);
  });

  it('is a variable that is wrong, too; the rest is examined all the same', async () => {
    const { home } = await doctoredHome({ launcher: { launcher_token: 'password' } });
    const report = await doctor(home, [], { PICOCLAW_GATEWAY_PORT: 'many' });
    expect(report).toMatchObject({ exitCode: 78, codes: ['config-invalid', 'token-weak'] });
    expect(report.find('config-invalid')?.evidence[0]).toContain('PICOCLAW_GATEWAY_PORT');
  });
});

it('config-permissions: files that others can read or change are told, repaired, and then all is well', async () => {
  const { home } = await doctoredHome();
  const modes = { 'launcher-config.json': 0o644, '.security.yml': 0o666, 'config.json': 0o644 };
  writeHomeFile(home, '.security.yml', 'channels:\n  pico:\n    token: channel-correct-horse\n');
  for (const [name, mode] of Object.entries(modes)) chmodSync(join(home, name), mode);
  const report = await doctor(home);
  // config.json has no secret, so everybody may read it.
  expect(report).toMatchObject({ exitCode: 1, codes: ['config-permissions', 'config-permissions'] });
  expect(report.findings.map(({ severity }) => severity)).toEqual(['error', 'warn']);
  expect(report.findings[0]?.fix).toBe(`chmod 600 "${home}/.security.yml"`);
  const repaired = await doctor(home, ['--repair', '--yes']);
  expect(repaired).toMatchObject({ exitCode: 0, codes: [] });
  const modeOf = (name: string) => statSync(join(home, name)).mode & 0o777;
  expect(Object.keys(modes).map(modeOf)).toEqual([0o600, 0o600, 0o644]);
  expect(await doctor(home, ['--repair', '--yes'])).toMatchObject({ exitCode: 0, repairs: [] });
});

it.runIf(mayMount)('config-permissions: so is a home that has become read-only, as a damaged SD card is', async () => {
  const { home } = await doctoredHome();
  const script = `mount --bind "${home}" "${home}" && mount -o remount,ro,bind "${home}" && exec "$@"`;
  const command = [process.execPath, built('cli.js'), 'doctor', '--repair', '--yes', '--json'];
  const { status, stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', ...command], {
    env: { PATH: process.env['PATH'], HOME: home, PICOCLAW_HOME: home },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    findings: [{ code: 'config-permissions', severity: 'error', evidence: ['the file system is read-only'] }],
    repairs: [],
  });
});

it('token-weak: a token that can be guessed is told without showing it', async () => {
  const { home } = await doctoredHome({ launcher: { launcher_token: 'aaaaaaaaaaaaaaaa' } });
  writeHomeFile(home, '.security.yml', 'channels:\n  pico:\n    token: changeme\n');
  const report = await doctor(home);
  expect(report).toMatchObject({ exitCode: 1, codes: ['token-weak', 'token-weak'] });
  expect(report.output).not.toMatch(/aaaa|changeme"/);
  expect(report.findings.map(({ fix }) => fix)).toEqual([
    'picoclaw-launcher token rotate --launcher',
    'picoclaw-launcher token rotate --channel',
  ]);
});

describe('exposed-without-allowlist', () => {
  it('is what the running launcher really listens on, even by a flag that no file tells of', async () => {
    const { home, port } = await doctoredHome();
    const launcher = run(built('cli.js'), { home, args: ['--no-browser', '--public'], env: { HOME: home } });
    await until(() => /^ {2}Logs/m.test(launcher.output()), launcher.output);
    const report = await doctor(home);
    expect(report.find('exposed-without-allowlist')?.evidence[0]).toMatch(
      new RegExp(`^listens on (0\\.0\\.0\\.0|::).* port ${port}$`),
    );
    expect(report.exitCode).toBe(1);
  });

  it('is over with a list', async () => {
    const { home } = await doctoredHome({ launcher: { public: true, allowed_cidrs: ['192.168.0.0/16'] } });
    expect(await doctor(home)).toMatchObject({ exitCode: 0, codes: [] });
  });
});

describe('proxy-untrusted', () => {
  it('is a hint where settings only make sense behind a proxy', async () => {
    const { home } = await doctoredHome({ launcher: { allowed_hosts: ['claw.example.org'] } });
    const report = await doctor(home);
    expect(report).toMatchObject({ exitCode: 0, codes: ['proxy-untrusted'] });
    expect(report.find('proxy-untrusted')?.severity).toBe('info');
  });

  it('is a fact where the launcher has noted a forwarded request, until that proxy is trusted', async () => {
    const { home, port } = await doctoredHome();
    await startByFiles(home);
    await fetch(`http://127.0.0.1:${port}/health`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    await until(async () => (await doctor(home)).codes.includes('proxy-untrusted'));
    const report = await doctor(home);
    expect(report.exitCode).toBe(1);
    expect(report.find('proxy-untrusted')).toMatchObject({ severity: 'warn', evidence: ['sent by 127.0.0.1'] });
    const trusted = { ...readHomeJson(home, 'launcher-config.json'), trusted_proxy_cidrs: ['127.0.0.0/8'] };
    writeHomeFile(home, 'launcher-config.json', trusted);
    expect(await doctor(home)).toMatchObject({ exitCode: 0, codes: [] });
  });
});

it('gateway-not-ready: a gateway that lives and says nothing', async () => {
  const { home } = await doctoredHome();
  const gateway = run(built('gateway.js'), { home, args: ['-E'], env: { HOME: home } });
  await until(() => pidRecord(home) !== undefined, gateway.output);
  gateway.child.kill('SIGSTOP');
  onTestFinished(() => void gateway.child.kill('SIGCONT'));
  const report = await doctor(home);
  gateway.child.kill('SIGCONT');
  expect(report).toMatchObject({ exitCode: 1, codes: ['gateway-not-ready'] });
  expect(report.find('gateway-not-ready')?.evidence[0]).toContain('did not answer (timeout)');
});

it('clock-skew: a file from the future', async () => {
  const { home } = await doctoredHome();
  const tomorrow = Date.now() / 1_000 + 86_400;
  utimesSync(join(home, 'config.json'), tomorrow, tomorrow);
  const report = await doctor(home);
  expect(report).toMatchObject({ exitCode: 1, codes: ['clock-skew'] });
  expect(report.find('clock-skew')?.evidence.join('\n')).toContain(join(home, 'config.json'));
});

describe('disk-full', () => {
  it.runIf(mayMount)('is a home on a disk of which little is left', async () => {
    const { home } = await doctoredHome();
    const script = `mount -t tmpfs -o size=1m none "${home}/disk" && exec "$@"`;
    mkdirSync(join(home, 'disk'));
    const command = [process.execPath, built('cli.js'), 'doctor', '--json', '--only', 'disk-full'];
    const { status, stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', ...command], {
      env: { PATH: process.env['PATH'], HOME: home, PICOCLAW_HOME: join(home, 'disk') },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).findings).toMatchObject([{ code: 'disk-full', severity: 'error' }]);
  });
});

describe('services', () => {
  it('of an older template are unit-outdated; a second run after the repair finds nothing', async () => {
    const service = await aLegacyService({ launcher: { launcher_token: FILE_TOKEN } });
    const { home, person } = service;
    const unit = service.writeUnit('launcher', {});
    expect((await doctor(home, [], person.env)).codes).toEqual(['unit-outdated']);
    const repaired = await doctor(home, ['--repair', '--yes'], person.env);
    expect(repaired).toMatchObject({ exitCode: 0, codes: [], repairs: [{ state: 'repaired', target: unit }] });
    expect(repaired.repairs[0]?.detail).toContain('a sign-in at');
    expect(await doctor(home, ['--repair', '--yes'], person.env)).toMatchObject({
      exitCode: 0,
      codes: [],
      repairs: [],
    });
  });

  it('whose program is gone, or whose Node is too old, are repaired with the one that runs this', async () => {
    const service = await aLegacyService({ launcher: { launcher_token: FILE_TOKEN } });
    const { home, person } = service;
    const installed = await cli(['service', 'install', '--no-start'], { home, env: person.env });
    expect(installed.code).toBe(0);
    const unit = join(person.unitFolder, 'picoclaw-launcher.service');
    const good = readFileSync(unit, 'utf8');
    const withProgram = (program: string) => writeFileSync(unit, good.replace(`"${process.execPath}"`, `"${program}"`));

    withProgram('/nowhere/node');
    expect((await doctor(home, [], person.env)).codes).toEqual(['program-missing']);
    expect(await doctor(home, ['--repair', '--yes'], person.env)).toMatchObject({ exitCode: 0, codes: [] });
    expect(readFileSync(unit, 'utf8')).toBe(good);

    const old = join(person.home, 'node');
    writeFileSync(old, '#!/bin/sh\necho v18.20.4\n');
    chmodSync(old, 0o755);
    withProgram(old);
    const report = await doctor(home, [], person.env);
    expect(report).toMatchObject({ exitCode: 1, codes: ['node-too-old'] });
    expect(report.find('node-too-old')?.evidence[0]).toBe(`picoclaw-launcher.service runs ${old}`);
  });

  it('for another home are home-mismatch, and repaired for this one', async () => {
    const service = await aLegacyService({ launcher: { launcher_token: FILE_TOKEN } });
    const { home, person } = service;
    const env = { ...person.env, PICOCLAW_HOME: join(person.home, 'other') };
    expect((await cli(['service', 'install', '--no-start'], { home, env })).code).toBe(0);
    expect((await doctor(home, [], person.env)).codes).toEqual(['home-mismatch']);
    expect(await doctor(home, ['--repair', '--yes'], person.env)).toMatchObject({ exitCode: 0, codes: [] });
    const unit = readFileSync(join(person.unitFolder, 'picoclaw-launcher.service'), 'utf8');
    expect(unit).toContain(`PICOCLAW_HOME=${home}"`);
  });

  it('that want the same thing are two-supervisors, which only a person can decide', async () => {
    const service = await aLegacyService({ launcher: { launcher_token: FILE_TOKEN } });
    const { home, person } = service;
    for (const kind of ['launcher', 'gateway'])
      expect((await cli(['service', 'install', '--no-start', '--kind', kind], { home, env: person.env })).code).toBe(0);
    const report = await doctor(home, ['--repair', '--yes'], person.env);
    expect(report).toMatchObject({ exitCode: 1, codes: ['two-supervisors'], repairs: [] });
  });
});
