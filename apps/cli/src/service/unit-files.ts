import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

/** A file that is ready to be put in place: what could go wrong with writing it would have gone wrong. */
export interface PreparedFile {
  commit(): void;
  /** Leaves everything as it was. */
  abandon(): void;
}

/** Writes a text beside the file that it is for. Throws `CliError` when that file cannot be replaced; nothing is changed then. */
export function prepareFile(file: string, text: string): PreparedFile {
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  let madeFolder: string | undefined;
  const abandon = () => {
    rmSync(temporary, { force: true });
    if (madeFolder !== undefined) removeEmptyFolders(dirname(file), madeFolder);
  };
  try {
    const present = lstatSync(file, { throwIfNoEntry: false });
    if (present && !present.isFile() && !present.isSymbolicLink()) throw new Error('it is no ordinary file');
    if (present?.isFile()) accessSync(file, constants.W_OK);
    madeFolder = mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    abandon();
    throw notWritable(file, error);
  }
  return { commit: () => renameSync(temporary, file), abandon };
}

/** Makes sure that a file can be removed. Throws `CliError`. */
export function prepareRemoval(file: string): PreparedFile {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw notWritable(file, error);
  }
  return {
    commit() {
      rmSync(file, { force: true });
      if (entriesOf(dirname(file)).length === 0) rmdirSync(dirname(file));
    },
    abandon: () => undefined,
  };
}

/** Removes a unit, its drop-ins and what has it start at sign-in; answers with what was there. Throws `CliError`. */
export function removeUnitFiles(file: string): string[] {
  const folder = dirname(file);
  const wants = entriesOf(folder).filter((name) => /\.(wants|requires)$/.test(name));
  const links = wants.map((name) => join(folder, name, basename(file)));
  const present = [...links, `${file}.d`, file].filter((path) => lstatSync(path, { throwIfNoEntry: false }));
  for (const path of present) {
    try {
      rmSync(path, { recursive: true });
    } catch (error) {
      throw notWritable(path, error, 'removed');
    }
  }
  for (const name of wants) if (entriesOf(join(folder, name)).length === 0) rmdirSync(join(folder, name));
  return present;
}

function notWritable(file: string, error: unknown, verb = 'written'): CliError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = { EACCES: 'permission denied', EPERM: 'not permitted', EROFS: 'the file system is read-only' }[
    code ?? ''
  ];
  const hint = verb === 'written' ? 'Nothing was changed.' : 'Make it writable for yourself, then try again.';
  return new CliError(ExitCode.operator, `${file} cannot be ${verb}: ${reason ?? code ?? message}.`, hint);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** From a folder up to the one that was made first. */
function removeEmptyFolders(folder: string, first: string): void {
  for (let path = folder; path.startsWith(first); path = dirname(path)) {
    if (entriesOf(path).length > 0) return;
    rmSync(path, { recursive: true, force: true });
  }
}
