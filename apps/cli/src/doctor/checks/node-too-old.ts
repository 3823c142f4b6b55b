import { execFile } from 'node:child_process';
import { boundEvidence, type Finding } from '@picoclaw/findings';
import type { InstalledUnit } from '../../service/installed-unit.ts';
import { PATIENT_MS } from '../patience.ts';

/** The lowest version of each line that works; the same as `engines` in package.json, which a test compares. */
export const NODE_RANGE = '^20.19.0 || ^22.13.0 || >=24.0.0';

/** Asks a Node which version it is; `undefined` when it does not say. */
type AskVersion = (program: string) => Promise<string | undefined>;

interface World {
  readonly version?: string;
  readonly program?: string;
  readonly ask?: AskVersion;
}

/** A Node that cannot run this program: this one, or the one that a service starts. */
export async function checkNode(
  units: readonly Pick<InstalledUnit, 'name' | 'program'>[],
  world: World = {},
): Promise<Finding[]> {
  const { version = process.versions.node, program = process.execPath, ask = askVersion } = world;
  const others = units.filter((unit) => /(^|\/)node(js)?[\d.]*$/.test(unit.program) && unit.program !== program);
  const nodes = await Promise.all([
    { who: 'this command', path: program, version },
    ...others.map(async (unit) => ({ who: unit.name, path: unit.program, version: await ask(unit.program) })),
  ]);
  return nodes.flatMap((node) =>
    node.version === undefined || isNewEnough(node.version) ? [] : [tooOld({ ...node, version: node.version })],
  );
}

const tooOld = ({ who, path, version }: { who: string; path: string; version: string }): Finding => ({
  code: 'node-too-old',
  severity: 'error',
  message: `Node ${version} is too old for this program.`,
  evidence: boundEvidence([`${who} runs ${path}`, `needed: ${NODE_RANGE}`]),
  fix: 'install Node 24 (https://nodejs.org), then picoclaw-launcher service install where a service is installed',
});

/** Whether a version is in `NODE_RANGE`. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);
}

const askVersion: AskVersion = (program) =>
  new Promise((resolve) => {
    // An empty environment: NODE_OPTIONS of the shell is none of the service's.
    execFile(program, ['--version'], { env: {}, timeout: PATIENT_MS }, (error, stdout) => {
      const [, version] = /^v(\d+\.\d+\.\d+)/.exec(stdout) ?? [];
      resolve(error === null ? version : undefined);
    });
  });
