import type { Stats } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is kept at most: in all, and for how long. */
export interface MediaLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** All that is there of one stored file. */
interface Stored {
  readonly paths: readonly string[];
  readonly size: number;
  readonly changedAt: number;
  /** The file and its description; else a process was killed in between, or another one is at it. */
  readonly isWhole: boolean;
}

/** Whoever is at it is done by then. */
const LEFT_OVER_AFTER_MS = 3_600_000;
const FILE = /^([\w-]{22})\.[a-z0-9]{1,8}$/;
const DESCRIPTION = /^([\w-]{22})\.[a-z0-9]{1,8}\.json$/;
const UNFINISHED = /^\.([\w-]{22})(?:\.json)?\.new$/;

/** Removes what is too old, the oldest of what is too much, and what was left half done; answers with how many files. */
export async function sweepMedia(folder: string, { maxAgeMs, maxBytes }: MediaLimits, now: number): Promise<number> {
  const all = (await allStored(folder)).sort((one, other) => other.changedAt - one.changedAt);
  let kept = 0;
  let removed = 0;
  for (const { paths, size, changedAt, isWhole } of all) {
    const isTooOld = now - changedAt > (isWhole ? maxAgeMs : LEFT_OVER_AFTER_MS);
    if (!isTooOld && (!isWhole || kept + size <= maxBytes)) {
      kept += size;
      continue;
    }
    // One that cannot be removed does not keep the others.
    await removeMedia(paths).then(
      () => (removed += 1),
      () => (kept += size),
    );
  }
  return removed;
}

/** Removes a stored file: its description first, without which it is not there. */
export async function removeMedia(paths: readonly string[]): Promise<void> {
  for (const path of [...paths].sort((one, other) => other.length - one.length)) await rm(path, { force: true });
}

/** Other names in the folder are somebody else's. */
async function allStored(folder: string): Promise<Stored[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const key = keyOf(name);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  const all: Stored[] = [];
  for (const group of groups.values()) all.push(...(await storedOf(folder, group)));
  return all;
}

const keyOf = (name: string): string | undefined =>
  [FILE, DESCRIPTION, UNFINISHED].map((pattern) => pattern.exec(name)?.[1]).find((key) => key !== undefined);

async function storedOf(folder: string, names: readonly string[]): Promise<Stored[]> {
  const paths = names.map((name) => join(folder, name));
  // Another one may remove it in between.
  const found = await Promise.all(paths.map((path) => lstat(path).catch(() => undefined)));
  const statuses = found.filter((status): status is Stats => status !== undefined);
  if (statuses.length === 0) return [];
  const isWhole = names.some((name) => FILE.test(name)) && names.some((name) => DESCRIPTION.test(name));
  const size = statuses.reduce((sum, status) => sum + status.size, 0);
  return [{ paths, size, isWhole, changedAt: Math.max(...statuses.map(({ mtimeMs }) => mtimeMs)) }];
}
