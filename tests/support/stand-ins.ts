import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A person's home with service managers of its own. */
export interface Person {
  readonly home: string;
  /** What a program of this person gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly unitFolder: string;
  readonly agentFolder: string;
}

/**
 * A home and, on the PATH, stand-ins for systemctl and launchctl which really run the units that are installed. What
 * still runs when the test is finished is ended, and the home removed.
 */
export function aPerson({ withManagers = true }: { readonly withManagers?: boolean } = {}): Person {
  const base = mkdtempSync(join(tmpdir(), 'picoclaw-person-'));
  const [home, bin, runtime] = ['home', 'bin', 'runtime'].map((name) => join(base, name)) as [string, string, string];
  for (const folder of [home, bin, runtime]) mkdirSync(folder);
  for (const name of ['systemctl', 'launchctl']) {
    const program = fileURLToPath(new URL(`stand-ins/${name}.mjs`, import.meta.url));
    // Where no manager answers, its client says so.
    const line = withManagers
      ? `exec "${process.execPath}" "${program}" "$@"`
      : 'echo "Failed to connect to bus" >&2; exit 1';
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  writeFileSync(join(runtime, 'throttle-ms'), '300');
  onTestFinished(() => {
    endAll(join(runtime, 'stand-in'));
    rmSync(base, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    home,
    env: {
      HOME: home,
      XDG_CONFIG_HOME: '',
      XDG_RUNTIME_DIR: runtime,
      PATH: [bin, process.env['PATH']].join(delimiter),
    },
    unitFolder: join(home, '.config', 'systemd', 'user'),
    agentFolder: join(home, 'Library', 'LaunchAgents'),
  };
}

function endAll(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.spec')) : [];
  for (const name of names) {
    const { supervisor, pid, state } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if (state === 'running' || state === 'restarting') for (const one of [supervisor, pid]) end(one);
  }
}

function end(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
