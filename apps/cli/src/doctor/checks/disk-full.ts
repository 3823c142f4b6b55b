import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { boundEvidence, type Finding } from '@picoclaw/findings';

const MEBIBYTE = 1024 * 1024;
const WARN_BELOW = 64 * MEBIBYTE;
const ERROR_BELOW = 4 * MEBIBYTE;

/** A home on a disk where the next session, log or rotated token may not fit any more. */
export async function checkDisk(
  home: string,
  { stat = statfs }: { readonly stat?: typeof statfs } = {},
): Promise<Finding[]> {
  const found = await stat(home).catch(() => stat(dirname(home)).catch(() => undefined));
  if (found === undefined) return [];
  const free = found.bavail * found.bsize;
  // Some file systems (btrfs, overlays) count no files at all.
  const isOutOfFiles = found.files > 0 && found.ffree === 0;
  if (free >= WARN_BELOW && !isOutOfFiles) return [];
  return [
    {
      code: 'disk-full',
      severity: free < ERROR_BELOW || isOutOfFiles ? 'error' : 'warn',
      message: isOutOfFiles ? 'The disk of the home takes no further file.' : 'The disk of the home is nearly full.',
      evidence: boundEvidence([
        `${home}: ${Math.floor(free / MEBIBYTE)} MiB free of ${Math.floor((found.blocks * found.bsize) / MEBIBYTE)} MiB`,
        ...(found.files > 0 ? [`${found.ffree} of ${found.files} files free`] : []),
      ]),
      fix: `make room on the disk of ${home}; old media and logs are in its folders media and logs`,
    },
  ];
}
