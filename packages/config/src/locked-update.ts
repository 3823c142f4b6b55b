import { createHash } from 'node:crypto';
import { removeAbandonedTemporaries, writeFileAtomically } from './atomic-file.ts';
import { readBoundedFile } from './bounded-file.ts';
import { ConfigError } from './config-error.ts';
import { type FileLockOptions, type HeldLock, withFileLock } from './file-lock.ts';
import { editJson, parseJsonObject, WRITTEN_TWICE } from './json-document.ts';
import { type JsonObject, pathText, valueAt } from './json-object.ts';
import { type Edit, editsOf, type MergePatch } from './merge-patch.ts';
import type { Paths } from './paths.ts';
import { editYaml, parseYamlObject } from './yaml-document.ts';

/** The three files that are changed under one lock. */
export type ConfigFile = 'config' | 'security' | 'launcher';

/** Reads one of the files while the lock is held; absent is empty. */
export type ReadFile = (file: ConfigFile) => JsonObject;

/** Changes for each file that shall change. */
export type Patches = Partial<Record<ConfigFile, MergePatch>>;

/** Judges what a file would hold; throws to keep it as it is. */
export type CheckDocument = (file: ConfigFile, document: JsonObject, read: ReadFile) => void;

/** Which content each file had, to be compared with what it has later. */
export type FileDigests = Readonly<Record<ConfigFile, string>>;

/** Fine points of an update. */
export interface UpdateOptions extends FileLockOptions {
  readonly check?: CheckDocument;
  /** What the decision was taken on: when a file has another content now, nothing is written (`config_conflict`). */
  readonly expected?: FileDigests;
}

/** What an update did. */
export interface UpdateResult {
  /** The files that changed; none when everything was as wanted. */
  readonly changed: readonly string[];
}

/** A file as it was read. */
export interface Snapshot {
  readonly text: string | undefined;
  readonly document: JsonObject;
}

interface Write {
  readonly path: string;
  readonly before: string | undefined;
  readonly text: string;
}

const MAX_ATTEMPTS = 5;
// The secret lands in its new file before its copy leaves the old one: a crash between the two loses nothing.
const WRITE_ORDER: readonly ConfigFile[] = ['security', 'config', 'launcher'];

/** The path of one of the files. */
function pathOf(paths: Paths, file: ConfigFile): string {
  return { config: paths.configFile, security: paths.securityFile, launcher: paths.launcherConfigFile }[file];
}

/**
 * Changes configuration files: lock, read afresh, decide, write what differs. Comments, key order, indentation and
 * unknown keys survive, and a file that does not parse is never written. A change that somebody makes meanwhile
 * without our lock is seen and the decision is taken again. `decide` may therefore run more than once.
 * Throws `ConfigError`.
 */
export async function updateFiles(
  paths: Paths,
  decide: (read: ReadFile) => Patches,
  { check, expected, ...lockOptions }: UpdateOptions = {},
): Promise<UpdateResult> {
  return withFileLock(
    paths.lockFile,
    async (lock) => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const snapshots = createSnapshots(paths);
        if (expected) refuseOthers(paths, snapshots, expected);
        const writes = planWrites(paths, snapshots, decide, check);
        if (await writeAll(writes, lock)) return { changed: writes.map(({ path }) => path) };
      }
      const message = 'is being changed by another program all the time';
      throw new ConfigError('config_conflict', [{ file: paths.configFile, path: '', message }]);
    },
    lockOptions,
  );
}

/** The files as they are now, each read when it is asked for and then remembered. */
export function createSnapshots(paths: Paths): (file: ConfigFile) => Snapshot {
  const snapshots = new Map<ConfigFile, Snapshot>();
  return (file) => {
    const found = snapshots.get(file) ?? readSnapshot(pathOf(paths, file), file);
    snapshots.set(file, found);
    return found;
  };
}

/** The digests of all three files; one that is not there differs from an empty one. */
export function digestsOf(snapshot: (file: ConfigFile) => Snapshot): FileDigests {
  const digest = (file: ConfigFile) => {
    const { text } = snapshot(file);
    return text === undefined ? 'absent' : createHash('sha256').update(text).digest('hex');
  };
  return { config: digest('config'), security: digest('security'), launcher: digest('launcher') };
}

function refuseOthers(paths: Paths, snapshot: (file: ConfigFile) => Snapshot, expected: FileDigests): void {
  const found = digestsOf(snapshot);
  const changed = WRITE_ORDER.filter((file) => found[file] !== expected[file]);
  if (changed.length === 0) return;
  const message = 'was changed by somebody else in the meantime; nothing was written';
  const problems = changed.map((file) => ({ file: pathOf(paths, file), path: '', message }));
  throw new ConfigError('config_conflict', problems);
}

function planWrites(
  paths: Paths,
  snapshot: (file: ConfigFile) => Snapshot,
  decide: (read: ReadFile) => Patches,
  check: CheckDocument | undefined,
): Write[] {
  const patches = decide((file) => snapshot(file).document);
  const planned = WRITE_ORDER.flatMap((file) => {
    const patch = patches[file];
    const edits = patch ? editsOf(snapshot(file).document, patch) : [];
    return edits.length === 0 ? [] : [{ file, ...applyToText(pathOf(paths, file), file, snapshot(file), edits) }];
  });
  const after = new Map(planned.map(({ file, document }) => [file, document]));
  for (const { file, document } of planned)
    check?.(file, document, (other) => after.get(other) ?? snapshot(other).document);
  return planned;
}

function readSnapshot(path: string, file: ConfigFile): Snapshot {
  const text = readBoundedFile(path)?.text;
  return { text, document: text === undefined ? {} : parse(path, file, text) };
}

function parse(path: string, file: ConfigFile, text: string): JsonObject {
  return file === 'security' ? parseYamlObject(path, text) : parseJsonObject(path, text);
}

function applyToText(path: string, file: ConfigFile, { text: before }: Snapshot, edits: readonly Edit[]) {
  const text = file === 'security' ? editYaml(path, before, edits) : editJson(path, before, edits);
  const document = parse(path, file, text);
  // A key that is written twice: readers take the last one, the edit went to the first.
  const missed = edits.find((edit) => !tookEffect(document, edit));
  if (missed) {
    const problem = { file: path, path: pathText(missed.path), message: WRITTEN_TWICE };
    throw new ConfigError('config_invalid', [problem]);
  }
  return { path, before, text, document };
}

function tookEffect(document: JsonObject, { path, value }: Edit): boolean {
  return JSON.stringify(valueAt(document, path)) === JSON.stringify(value);
}

/** False when one of the files is not any more what the decision was based on. */
async function writeAll(writes: readonly Write[], lock: HeldLock): Promise<boolean> {
  for (const { path, before, text } of writes) {
    await removeAbandonedTemporaries(path);
    const isUnchanged = readBoundedFile(path)?.text === before;
    if (!isUnchanged || !(await lock.stillHeld())) return false;
    await writeFileAtomically(path, text);
  }
  return true;
}
