import { statfsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkDisk } from '../../src/doctor/checks/disk-full.ts';
import { aFolder } from '../support/home.ts';

const MEBIBYTE = 1024 * 1024;
const disk = { type: 0, bsize: MEBIBYTE, blocks: 1_000, bfree: 0, bavail: 900, files: 100, ffree: 50 };
const looksLike = (part: Partial<typeof disk>) => ({ stat: (async () => ({ ...disk, ...part })) as never });

it.each([
  ['plenty', {}, []],
  ['little', { bavail: 20 }, ['warn']],
  ['nothing', { bavail: 0 }, ['error']],
  ['no further file', { ffree: 0 }, ['error']],
  ['a file system that counts no files', { files: 0, ffree: 0 }, []],
])('a disk with %s', async (_what, part, severities) => {
  const findings = await checkDisk('/home/me/.picoclaw', looksLike(part));
  expect(findings.map(({ severity }) => severity)).toEqual(severities);
});

it('is really asked, also for a home that is still to be made', async () => {
  const folder = aFolder();
  const { bavail, bsize } = statfsSync(folder);
  const isRoomy = bavail * bsize > 64 * MEBIBYTE;
  expect((await checkDisk(`${folder}/.picoclaw`)).length).toBe(isRoomy ? 0 : 1);
});
