import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, writeHomeFile } from './home.ts';
import { built, pidRecord, until } from './processes.ts';
import { aPerson, type Person } from './stand-ins.ts';

/** A person whose launcher or gateway is a service by a unit of old times, with whatever stands in it. */
export interface LegacyService {
  readonly person: Person;
  readonly home: string;
  readonly url: string;
  readonly port: number;
  readonly gatewayPort: number;
  /** Writes a unit as another maker would have; answers with its file. */
  writeUnit(kind: 'launcher' | 'gateway', variables: Readonly<Record<string, string>>): string;
  /** Starts a unit and waits until its program answers. */
  start(kind: 'launcher' | 'gateway'): Promise<void>;
}

interface Files {
  readonly launcher?: Readonly<Record<string, unknown>>;
  readonly withManagers?: boolean;
}

const ARGUMENTS = { launcher: ['--no-browser'], gateway: ['gateway', 'run'] };

/** Makes the person, with a home of free ports and no token in its files. */
export async function aLegacyService({ launcher = {}, withManagers = true }: Files = {}): Promise<LegacyService> {
  const person = aPerson({ withManagers });
  const home = join(person.home, '.picoclaw');
  mkdirSync(home, { mode: 0o700 });
  mkdirSync(person.unitFolder, { recursive: true });
  const [port, gatewayPort] = [await freePort(), await freePort()];
  writeHomeFile(home, 'launcher-config.json', { port, mine: { kept: true }, ...launcher });
  writeHomeFile(home, 'config.json', { gateway: { port: gatewayPort }, channels: { pico: { enabled: true } } });
  const url = `http://127.0.0.1:${port}`;
  return {
    ...{ person, home, url, port, gatewayPort },
    writeUnit(kind, variables) {
      const file = join(person.unitFolder, `picoclaw-${kind}.service`);
      const all = { HOME: person.home, PATH: process.env['PATH'] ?? '', ...variables };
      const words = [process.execPath, built('cli.js'), ...ARGUMENTS[kind]].map((word) => `"${word}"`);
      const lines = Object.entries(all).map(([name, value]) => `Environment="${name}=${value}"`);
      writeFileSync(file, ['[Service]', `ExecStart=${words.join(' ')}`, ...lines, 'Restart=no', ''].join('\n'));
      const wants = join(person.unitFolder, 'default.target.wants');
      mkdirSync(wants, { recursive: true });
      writeFileSync(join(wants, `picoclaw-${kind}.service`), '');
      // As installers of that time left it.
      chmodSync(file, 0o644);
      return file;
    },
    async start(kind) {
      await promisify(execFile)('systemctl', ['--user', 'start', `picoclaw-${kind}.service`], {
        env: { ...person.env },
      });
      if (kind === 'launcher') await until(() => answers(url));
      await until(() => pidRecord(home) !== undefined);
      await until(() => answers(`http://127.0.0.1:${gatewayPort}`));
    },
  };
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
