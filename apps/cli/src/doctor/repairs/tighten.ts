import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ReadyPlan, RepairOutcome } from '../repair-plan.ts';

/** A file with bits that it should not have. */
interface OpenFile {
  readonly file: string;
  readonly mode: number;
  readonly uid: number;
  /** The bits that it may have. */
  readonly wanted: number;
}

/** Plans to take the other bits away. */
export function planTightening(open: OpenFile): ReadyPlan {
  const { file, mode, wanted } = open;
  return {
    state: 'ready',
    what: `Let only its owner read and change ${file}`,
    diff: [`- ${file}: mode ${octal(mode)}`, `+ ${file}: mode ${octal(mode & wanted)}`],
    apply: () => tighten(open),
  };
}

const octal = (mode: number) => mode.toString(8).padStart(3, '0');

/** By descriptor and without following links: what was looked at is what is changed. */
async function tighten({ file, mode, uid, wanted }: OpenFile): Promise<RepairOutcome> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const status = await handle.stat();
    if (status.uid !== uid || (status.mode & 0o777) !== mode) {
      return { state: 'conflict', detail: `${file} was changed meanwhile: it was left alone` };
    }
    await handle.chmod(mode & wanted);
    return { state: 'repaired', detail: `${file} is for its owner only (mode ${octal(mode & wanted)})` };
  } catch (error) {
    return { state: 'failed', detail: `${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}` };
  } finally {
    await handle?.close();
  }
}
