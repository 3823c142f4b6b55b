import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Whether this machine lets us mount file systems that nobody else sees. */
export const mayMount = spawnSync('unshare', ['-rm', 'true']).status === 0;

/** What a program is started within to have its home on a small disk of its own. */
export const onSmallDisk = (home: string): readonly string[] => [
  ...['unshare', '-rm', 'sh', '-c'],
  `mount -t tmpfs -o size=1m,mode=700 tmpfs "$0" && cd "$0" && exec "$@"`,
  home,
];

/** The disk of a program that was started so. */
export function smallDiskOf(pid: number, home: string) {
  const folder = `/proc/${pid}/root${home}`;
  const filler = join(folder, 'filler');
  const inside = (script: string) => {
    const command = ['-t', String(pid), '-U', '--preserve-credentials', '-m', 'sh', '-ec', script, home];
    const { status, stderr } = spawnSync('nsenter', command, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`nsenter: ${stderr}`);
  };
  return {
    /** The home as seen from outside. */
    folder,
    /** Takes all that is left. */
    fill() {
      const file = openSync(filler, 'a');
      try {
        for (;;) writeSync(file, Buffer.alloc(4096));
      } catch {
        // Full.
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filler),
    /** Another mount above the one whose files are open, since that could not be made so. */
    makeReadOnly: () => inside('mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"'),
    makeWritable: () => inside('umount "$0"'),
  };
}
