import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The files of a home that exist to hold secrets (docs/security.md), and the temporary files that become them. */
const STORES = ['launcher-config.json', '.security.yml', 'config.json', '.env', '.picoclaw.pid'];
/** What is shorter occurs by chance. */
const MIN_CHARACTERS = 12;
const SECRET_KEY = /token|secret|password|api_?keys?$/i;
const SECRET_VARIABLE = /^PICOCLAW_\w*(?:TOKEN|SESSION_KEY)$/;
const PASSWORD_IN_URL = /:\/\/[^/@\s]*:([^/@\s]+)@/;
/** Homes stand at most this deep: of a person, in a folder of a test. */
const MAX_DEPTH = 4;

/** Secrets with what they are called, since nobody may be shown one. */
export interface KnownSecrets {
  add(value: string, name: string): void;
  /** Learns what the stores below a folder hold at this moment. */
  learnFrom(folder: string): void;
  /** Learns what a test gave to a process. */
  learnFromEnvironment(environment: readonly string[]): void;
  /** The name of a secret that is in there. */
  in(content: Buffer): string | undefined;
}

/** Whether a file is there to hold secrets. */
export function isStore(path: string): boolean {
  const name = basename(path);
  return STORES.some((store) => name === store || name.startsWith(`${store}.`) || name.startsWith(`.${store}.`));
}

/** Nothing is known at first. */
export function createKnownSecrets(): KnownSecrets {
  const names = new Map<string, string>();
  const seen = new Map<string, string>();
  const add = (value: string, name: string) => {
    const secret = value.trim();
    if (secret.length >= MIN_CHARACTERS && !/^(?:env|file):/.test(secret) && !names.has(secret))
      names.set(secret, name);
  };
  const learnFromStore = (path: string) => {
    const { ino, size, mtimeMs } = statSync(path);
    const state = [ino, size, mtimeMs].join();
    if (size > 1_000_000 || seen.get(path) === state) return;
    seen.set(path, state);
    for (const [key, value] of secretsIn(readFileSync(path, 'utf8'), path)) add(value, `${key} of ${basename(path)}`);
  };
  const learnFrom = (folder: string, depth = 0): void => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isFile() && STORES.includes(entry.name)) attempt(() => learnFromStore(path));
      else if (entry.isDirectory() && depth < MAX_DEPTH) learnFrom(path, depth + 1);
    }
  };
  return {
    add,
    learnFrom,
    learnFromEnvironment(environment) {
      for (const line of environment) {
        const [name = '', ...value] = line.split('=');
        if (SECRET_VARIABLE.test(name)) add(value.join('='), name);
      }
    },
    in: (content) => [...names].find(([secret]) => content.includes(secret))?.[1],
  };
}

/** What is behind the keys that name secrets; of what does not parse, because a test wants it so, nothing. */
function secretsIn(text: string, path: string): [string, string][] {
  if (path.endsWith('.yml')) {
    const lines = text.matchAll(/^[ \t]*(?:-[ \t]+)?(?:([\w-]+):[ \t]+)?(["']?)([^\s"'#{}[\]]+)\2[ \t]*(?:#.*)?$/gm);
    return [...lines].map(([, key = 'an entry', , value = '']) => [key, value]);
  }
  const found: [string, string][] = [];
  attempt(() =>
    JSON.parse(text, (key, value: unknown) => {
      const values = SECRET_KEY.test(key) ? [value].flat() : [PASSWORD_IN_URL.exec(String(value))?.[1]];
      for (const one of values) if (typeof one === 'string') found.push([key, one]);
      return value;
    }),
  );
  return found;
}

const entriesOf = (folder: string) => attempt(() => readdirSync(folder, { withFileTypes: true })) ?? [];

/** Everything here can be gone or closed at the next moment. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
