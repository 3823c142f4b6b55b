import { constants } from 'node:fs';
import { access, lstat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { Environment, Paths } from '@picoclaw/config';
import { environmentVariables, readBoundedFile } from '@picoclaw/config';
import { boundEvidence, type Finding } from '@picoclaw/findings';

/** A file or folder whose owner or mode lets others at the secrets. */
export interface LooseFile {
  readonly file: string;
  /** The permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly isForeign: boolean;
  /** What it should have. */
  readonly wanted: number;
}

interface World {
  readonly uid?: number | undefined;
}

const OTHERS = 0o077;
const OTHERS_MAY_WRITE = 0o022;

/** Files with secrets that others can read or change, or that belong to somebody else; a home that takes no file. */
export async function checkPermissions(paths: Paths, environment: Environment, world: World = {}): Promise<Finding[]> {
  const loose = await findLooseFiles(paths, environment, world);
  const closed = loose.some(({ file, isForeign }) => isForeign && file === paths.home) ? [] : await closedHome(paths);
  const open = loose.map(({ file, mode, uid, isForeign, wanted }): Finding => {
    const octal = mode.toString(8).padStart(3, '0');
    const canChange = isForeign || (mode & OTHERS_MAY_WRITE) !== 0;
    return {
      code: 'config-permissions',
      severity: canChange ? 'error' : 'warn',
      message: isForeign
        ? `${file} belongs to another user.`
        : `Other users can ${canChange ? 'change' : 'read'} ${file}.`,
      evidence: boundEvidence([`mode ${octal}`, `owner uid ${uid}`]),
      fix: isForeign
        ? `chown "$(id -u)" ${JSON.stringify(file)}`
        : `chmod ${wanted.toString(8)} ${JSON.stringify(file)}`,
    };
  });
  return [...closed, ...open];
}

/** Whether nothing can be written there: no log, no pid file, no new token. */
async function closedHome({ home }: Pick<Paths, 'home'>): Promise<Finding[]> {
  const code = await access(home, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return [];
  const isReadOnly = code === 'EROFS';
  return [
    {
      code: 'config-permissions',
      severity: 'error',
      message: `Nothing can be written to ${home}: neither launcher nor gateway can start.`,
      evidence: [isReadOnly ? 'the file system is read-only' : 'permission denied'],
      fix: isReadOnly
        ? 'mount it writable again (a damaged disk or SD card is often mounted so: dmesg), or set PICOCLAW_HOME'
        : `chmod u+rwx ${JSON.stringify(home)}`,
    },
  ];
}

/** The files that should be tighter than they are; none on Windows, whose files have no such bits. */
export async function findLooseFiles(
  paths: Paths,
  environment: Environment,
  { uid = process.geteuid?.() }: World = {},
): Promise<LooseFile[]> {
  if (uid === undefined) return [];
  // Root looks after the home of a person: there the files are to be that person's.
  const owner =
    uid === 0
      ? await lstat(paths.home).then(
          (home) => home.uid,
          () => uid,
        )
      : uid;
  const hasSecret = holdsSecret(paths.configFile);
  const secrets = [paths.securityFile, paths.launcherConfigFile, paths.pidFile, ...secretFiles(environment)];
  const looked = await Promise.all([
    look(paths.home, { owner, wanted: 0o700, forbidden: OTHERS_MAY_WRITE }),
    look(paths.configFile, { owner, wanted: 0o600, forbidden: hasSecret ? OTHERS : OTHERS_MAY_WRITE }),
    ...[...new Set(secrets)].map((file) => look(file, { owner, wanted: 0o600, forbidden: OTHERS })),
  ]);
  return looked.filter((file) => file !== undefined);
}

async function look(
  file: string,
  { owner, wanted, forbidden }: { owner: number; wanted: number; forbidden: number },
): Promise<LooseFile | undefined> {
  const status = await lstat(file).catch(() => undefined);
  // The bits of a symbolic link say nothing; where it leads is for who made it to guard.
  if (status === undefined || status.isSymbolicLink()) return undefined;
  const mode = status.mode & 0o777;
  const isForeign = status.uid !== owner;
  return isForeign || (mode & forbidden) !== 0 ? { file, mode, uid: status.uid, isForeign, wanted } : undefined;
}

/** Whether config.json has a secret in clear; a reference is none, and options may be read by everybody. */
function holdsSecret(file: string): boolean {
  return /"[\w-]*(?:token|secret|password|api_?keys?)"\s*:\s*(?:\[\s*)?"(?!\s*"|env:|file:|\[NOT_HERE\])/i.test(
    textOf(file),
  );
}

/** What cannot be read, or is no file, another check tells. */
function textOf(file: string): string {
  try {
    return readBoundedFile(file)?.text ?? '';
  } catch {
    return '';
  }
}

/** The files of `PICOCLAW_…_FILE`, which hold a secret each; those that an orchestrator mounts are its to guard. */
function secretFiles({ lookup }: Environment): string[] {
  const names = environmentVariables.filter(({ secret }) => secret).map(({ name }) => `${name}_FILE`);
  const files = names.map(lookup).filter((file) => file !== undefined);
  return files.filter((file) => isAbsolute(file) && !file.startsWith('/run/secrets/'));
}
