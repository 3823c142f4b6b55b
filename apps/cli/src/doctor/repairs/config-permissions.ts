import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { findLooseFiles, type LooseFile } from '../checks/config-permissions.ts';
import type { Repair, RepairOutcome, RepairPlan } from '../repair-plan.ts';

/** Takes from others the right to read or change a file with secrets. */
export const permissionsRepair: Repair = {
  codes: ['config-permissions'],
  targets: async ({ paths, environment }) => (await findLooseFiles(paths, environment)).map(({ file }) => file),
  async plan({ paths, environment }, target): Promise<RepairPlan> {
    const loose = (await findLooseFiles(paths, environment)).find(({ file }) => file === target);
    if (loose === undefined) return { state: 'nothing' };
    if (loose.isForeign) {
      const reason = `${target} belongs to another user (uid ${loose.uid}); only root can give it to you: chown "$(id -u)" ${JSON.stringify(target)}`;
      return { state: 'by-hand', reason };
    }
    return {
      state: 'ready',
      what: `Let only its owner read and change ${target}`,
      diff: [`- ${target}: mode ${octal(loose.mode)}`, `+ ${target}: mode ${octal(loose.mode & loose.wanted)}`],
      apply: () => tighten(loose),
    };
  },
};

const octal = (mode: number) => mode.toString(8).padStart(3, '0');

/** By descriptor and without following links: what was looked at is what is changed. */
async function tighten({ file, mode, uid, wanted }: LooseFile): Promise<RepairOutcome> {
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
