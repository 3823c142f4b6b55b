import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliOutcome, cli } from './cli.ts';
import { freePort, writeHomeFile } from './home.ts';
import { aPerson, type Person } from './stand-ins.ts';

export type ManagerName = 'systemd' | 'launchd';
export type Kind = 'launcher' | 'gateway';

/** The commands of one person, on a system with one of the managers. */
export interface ServedPerson {
  readonly person: Person;
  readonly home: string;
  readonly port: number;
  readonly gatewayPort: number;
  unitFile(kind: Kind): string;
  /** Runs the program as this person; `env` is what stands in the shell besides. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CliOutcome>;
  /** What calls of the manager's client looked like: argument lists and environments. */
  calls(): string;
}

interface Given {
  /** The program that this person has installed, instead of the build. */
  readonly program?: string;
  readonly withManagers?: boolean;
  readonly launcher?: Readonly<Record<string, unknown>>;
  readonly gateway?: Readonly<Record<string, unknown>>;
}

const CLIENT = { systemd: 'systemctl', launchd: 'launchctl' } as const;
/** The program takes this machine for a Mac; the services that its launchctl starts do not. */
const AS_ON_A_MAC = "--import=data:text/javascript,Object.defineProperty(process,'platform',{value:'darwin'})";

/** Makes a person with a home of free ports and no tokens, but those of `launcher` and `gateway`. */
export async function aServedPerson(manager: ManagerName, given: Given = {}): Promise<ServedPerson> {
  const { withManagers = true, launcher = {}, gateway = {} } = given;
  const person = aPerson({ withManagers });
  const home = join(person.home, '.picoclaw');
  mkdirSync(home, { mode: 0o700 });
  const [port, gatewayPort] = [await freePort(), await freePort()];
  writeHomeFile(home, 'launcher-config.json', { port, mine: { kept: true }, ...launcher });
  writeHomeFile(home, 'config.json', { gateway: { port: gatewayPort, ...gateway }, mine: { kept: true } });
  const record = noteCalls(person, CLIENT[manager]);
  const platform = manager === 'launchd' ? { NODE_OPTIONS: AS_ON_A_MAC } : {};
  return {
    ...{ person, home, port, gatewayPort },
    unitFile: (kind) =>
      manager === 'launchd'
        ? join(person.agentFolder, `io.picoclaw.${kind}.plist`)
        : join(person.unitFolder, `picoclaw-${kind}.service`),
    run: (args, env = {}) => cli(args, { ...given, home, env: { ...person.env, ...platform, ...env } }),
    calls: () => readFileSync(record, 'utf8'),
  };
}

/** Has the client of the manager write down how it was called, before it does what it is told. */
function noteCalls({ env }: Person, client: string): string {
  const record = join(env['XDG_RUNTIME_DIR'] ?? '', 'calls');
  const file = join(env['PATH']?.split(':')[0] ?? '', client);
  const original = `${file}.original`;
  writeFileSync(original, readFileSync(file, 'utf8'));
  writeFileSync(file, `#!/bin/sh\n{ echo "$0 $*"; env; } >> "${record}"\nexec "${original}" "$@"\n`);
  chmodSync(original, 0o755);
  writeFileSync(record, '');
  return record;
}
