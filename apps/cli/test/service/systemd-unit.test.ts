import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { commandLine, planEnvironment, planService } from '../../src/service/plan.ts';
import { renderSystemdUnit } from '../../src/service/systemd-unit.ts';
import { expandSpecifiers, quoteWord, splitWords } from '../../src/service/systemd-words.ts';
import { lastOf, listOf, parseUnitFile } from '../../src/service/unit-file.ts';
import { aPlan, hardPath } from './a-plan.ts';

const isProgram = (path: string) => {
  try {
    accessSync(path, constants.X_OK);
    return path !== '';
  } catch {
    return false;
  }
};
const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'systemd-analyze'));
const analyze = [process.env['SYSTEMD_ANALYZE_PATH'] ?? '', ...onPath].find(isProgram);
const manager = '/usr/lib/systemd/systemd';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What systemd would start, by our own parser. */
function readBack(text: string) {
  const unit = parseUnitFile(text);
  const [first = '', ...rest] = splitWords(lastOf(unit, 'Service', 'ExecStart') ?? '').map((word) =>
    expandSpecifiers(word),
  );
  const isLiteral = first.startsWith(':');
  return {
    line: [first.replace(/^:/, ''), ...rest.map((word) => (isLiteral ? word : word.replaceAll('$$', '$')))],
    environment: listOf(unit, 'Service', 'Environment')
      .flatMap(splitWords)
      .map((word) => expandSpecifiers(word)),
  };
}

const pairs = (environment: Readonly<Record<string, string>>) =>
  Object.entries(environment).map(([name, value]) => `${name}=${value}`);

describe('the unit for systemd', () => {
  it('says how to start, when to start again, and nothing else', () => {
    expect(renderSystemdUnit(aPlan())).toMatchInlineSnapshot(`
      "# Written by: picoclaw-launcher service install. Holds no secrets: they stand in the files of the configuration.
      [Unit]
      Description=PicoClaw launcher
      After=picoclaw-gateway.service
      StartLimitIntervalSec=60
      StartLimitBurst=5

      [Service]
      Type=exec
      ExecStart="/usr/bin/node" "/opt/picoclaw/cli.js" "--no-browser"
      Environment="HOME=/home/p"
      Environment="PATH=/usr/bin:/usr/local/bin:/bin"
      Environment="PICOCLAW_HOME=/home/p/.picoclaw"
      Environment="PICOCLAW_CONFIG=/home/p/.picoclaw/config.json"
      Environment="PICOCLAW_SERVICE_KIND=launcher"
      Restart=on-failure
      RestartSec=2
      # 75: it runs already. 78: the operator must act; another start would end the same way.
      RestartPreventExitStatus=75 78
      UMask=0077
      NoNewPrivileges=yes
      RestrictSUIDSGID=yes
      LockPersonality=yes

      [Install]
      WantedBy=default.target

      [X-PicoClaw]
      TemplateVersion=1
      "
    `);
  });

  it('never forbids memory that is written and run, which Node needs', () => {
    expect(renderSystemdUnit(aPlan())).not.toContain('MemoryDenyWriteExecute');
  });

  it('holds any path so that it is read back as it was', () => {
    fc.assert(
      fc.property(hardPath, hardPath, hardPath, (program, script, home) => {
        fc.pre(!/["'\\]/.test(program));
        const plan = aPlan({ program, script, home });
        const { line, environment } = readBack(renderSystemdUnit(plan));
        expect(line).toEqual(commandLine(plan));
        expect(environment).toEqual(pairs(planEnvironment(plan)));
      }),
      { numRuns: 500 },
    );
  });

  it.each(['/usr/bin/no"de', "/usr/bin/no'de", '/usr/bin/no\\de'])(
    'refuses %s, which systemd would not start',
    (program) => {
      expect(() => renderSystemdUnit(aPlan({ program }))).toThrow(/no program with quotes/);
    },
  );

  it.each(['/a\nExecStartPre=/bin/evil', '/a\rb', '/a\u0000b', 'relative', ''])('refuses the path %j', (script) => {
    const paths = { home: '/p', configFile: '/p/config.json' };
    const facts = { kind: 'launcher', program: '/usr/bin/node', userHome: '/h', paths } as const;
    expect(() => planService({ ...facts, script })).toThrow(/cannot stand in a service/);
    expect(() => planService({ ...facts, script: '/a', userHome: script })).toThrow(/cannot stand in a service/);
  });
});

describe('the words of a unit', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 }), (words) => {
        const plain = words.map((word) => word.replace(/[\p{Cc}]/gu, ''));
        expect(splitWords(plain.map(quoteWord).join(' ')).map((word) => expandSpecifiers(word))).toEqual(plain);
      }),
    );
  });

  it('are read as systemd.syntax(7) says', () => {
    expect(splitWords(`a "b c" 'd "e"' f\\x20g "\\u00e9\\t" x"y z" \\101`)).toEqual([
      'a',
      'b c',
      'd "e"',
      'f g',
      'é\t',
      'xy z',
      'A',
    ]);
    expect(expandSpecifiers('%h/x 100%% %t', { h: '/home/p' })).toBe('/home/p/x 100% %t');
  });

  it('go over several lines, with comments between them; an empty assignment begins anew', () => {
    const unit = parseUnitFile('[Service]\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2 \\\n# C=3\n  D=4\n;E\n');
    expect(listOf(unit, 'Service', 'Environment').flatMap(splitWords)).toEqual(['B=2', 'D=4']);
    expect(unit.comments.map(({ text }) => text)).toEqual(['# C=3', ';E']);
  });
});

describe(analyze ? 'systemd itself' : 'systemd itself (not asked: there is no systemd-analyze here)', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a variable of systemd
  const hard = 'we $i %h ${HOME} dö';

  it.skipIf(!analyze)('finds nothing wrong with our units', () => {
    const folder = aFolder();
    mkdirSync(join(folder, hard));
    const program = join(folder, hard, 'node');
    symlinkSync(process.execPath, program);
    for (const kind of ['launcher', 'gateway'] as const) {
      const file = join(folder, `picoclaw-${kind}.service`);
      writeFileSync(
        file,
        renderSystemdUnit(aPlan({ kind, program, script: `/it's a "script" \\ ${hard}.js`, home: folder })),
      );
      const env = { PATH: '/usr/bin:/bin', HOME: folder, XDG_RUNTIME_DIR: folder };
      const { status, stdout, stderr } = spawnSync(analyze ?? '', ['verify', '--user', file], {
        env,
        encoding: 'utf8',
      });
      expect([status, stdout, stderr]).toEqual([0, '', '']);
    }
  });

  it.skipIf(!analyze || !isProgram(manager))('reads back what we wrote', () => {
    const folder = aFolder();
    const units = join(folder, '.config', 'systemd', 'user');
    mkdirSync(units, { recursive: true });
    const plan = aPlan({ script: `/it's a "script" \\ ${hard}.js`, home: `/home/"${hard}"` });
    writeFileSync(join(units, 'picoclaw-launcher.service'), renderSystemdUnit(plan), { mode: 0o644 });
    for (const path of [folder, join(folder, '.config'), join(folder, '.config/systemd'), units])
      chmodSync(path, 0o777);
    const dump = spawnSync(manager, ['--user', '--test', '--unit=picoclaw-launcher.service'], {
      // It does nothing as root.
      ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
      env: { HOME: folder, XDG_RUNTIME_DIR: folder, PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const [, shown = ''] = dump.stdout.split('-> Unit picoclaw-launcher.service:');
    const lines = (shown.split('-> Unit ')[0] ?? '').split('\n').map((line) => line.trim());
    const told = lines
      .filter((line) => line.startsWith('Environment: '))
      .map((line) => line.slice('Environment: '.length));
    expect(told).toEqual(pairs(planEnvironment(plan)));
    const line = lines.find((one) => one.startsWith('Command Line: '))?.slice('Command Line: '.length) ?? '';
    // Shown as it would be typed, and before `$$` becomes `$`, which happens when it is started.
    const words = splitWords(line.replaceAll('\\$', '$')).map((word) => word.replaceAll('$$', '$'));
    expect(words).toEqual(commandLine(plan));
    expect(lines).toEqual(
      expect.arrayContaining(['Restart: on-failure', 'UMask: 0077', 'RestrictSUIDSGID: yes', 'LockPersonality: yes']),
    );
  });
});
