import { execFileSync } from 'node:child_process';
import { accessSync, constants, realpathSync } from 'node:fs';

/** The Node that a service is started with. */
export interface StableProgram {
  readonly program: string;
  /** Whose Node was passed over or had to be taken: `nvm`, `fnm`, ... */
  readonly versionManager: string | undefined;
  /** It will vanish when that version of Node is removed or replaced. */
  readonly isFleeting: boolean;
}

interface StableProgramOptions {
  readonly execPath?: string;
  readonly candidates?: readonly string[];
  readonly inspect?: (path: string) => InspectedNode | undefined;
}

/** A Node on this machine. */
export interface InspectedNode {
  readonly realPath: string;
  readonly version: string;
}

// A unit outlives the version that is in use today: these keep each in a folder of its own, and remove it.
const VERSION_MANAGERS: readonly (readonly [RegExp, string])[] = [
  [/[/.]nvm\//, 'nvm'],
  [/[/.]fnm(_multishells)?\//, 'fnm'],
  [/[/.]volta\//, 'Volta'],
  [/[/.]asdf\//, 'asdf'],
  [/\/mise\//, 'mise'],
  [/[/.]nodenv\//, 'nodenv'],
  [/[/.]nvs\//, 'nvs'],
  [/\/n\/versions\//, 'n'],
  [/\/Cellar\/node/, 'Homebrew'],
  [/\/snap\/node\/\d+\//, 'snap'],
  [/\/_npx\/|\/\.npm\//, 'npx'],
  [/\/\.pnpm\//, 'pnpm'],
];
const STABLE = [
  '/usr/local/bin/node',
  '/usr/bin/node',
  '/opt/homebrew/bin/node',
  '/opt/local/bin/node',
  '/snap/bin/node',
];

/** Finds a Node whose path stays: the running one, unless a version manager keeps it and another one is installed. */
export function findStableProgram(options: StableProgramOptions = {}): StableProgram {
  const { execPath = process.execPath, candidates = STABLE, inspect = inspectNode } = options;
  const running = inspect(execPath)?.realPath ?? execPath;
  const versionManager = versionManagerOf(execPath) ?? versionManagerOf(running);
  if (versionManager === undefined) return { program: execPath, versionManager, isFleeting: false };
  const stable = candidates.find((path) => {
    const found = inspect(path);
    if (found === undefined || !isSupported(found.version)) return false;
    // Homebrew and snap keep this name and change what is behind it.
    return /^\/(opt\/homebrew|snap)\//.test(path) || isKeptLink(found.realPath);
  });
  return { program: stable ?? running, versionManager, isFleeting: stable === undefined };
}

/** Whose folder a path lies in. */
export function versionManagerOf(path: string): string | undefined {
  return VERSION_MANAGERS.find(([pattern]) => pattern.test(path.replaceAll('\\', '/')))?.[1];
}

function isKeptLink(realPath: string): boolean {
  const manager = versionManagerOf(realPath);
  return manager === undefined || manager === 'Homebrew';
}

/** The range of `engines` in package.json. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24;
}

function inspectNode(path: string): InspectedNode | undefined {
  try {
    accessSync(path, constants.X_OK);
    const realPath = realpathSync(path);
    if (path === process.execPath) return { realPath, version: process.version };
    const version = execFileSync(path, ['--version'], { env: {}, encoding: 'utf8', timeout: 5_000 }).trim();
    return { realPath, version };
  } catch {
    return undefined;
  }
}
