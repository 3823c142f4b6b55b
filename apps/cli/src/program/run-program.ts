import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { createCodeCache } from './code-cache.ts';

/** The value of a script that the build has made: a CommonJS module, as Node itself would wrap it. */
type Program = (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;

/** By then a start is over, and V8 knows which functions it took. */
const STORE_AFTER_MS = 3_000;

/**
 * Goes on as a program of the build, in this process. Compiling it takes longer than running it, so that what V8 has made
 * of it is kept for the next start.
 */
export function runProgram(script: string, { storeAfterMs = STORE_AFTER_MS } = {}): void {
  keepYoungGenerationSmall();
  const cache = createCodeCache(script);
  const cachedData = cache.load();
  // The build escapes what is not ASCII; decoding it would be for nothing.
  const compiled = new Script(readFileSync(script, 'latin1'), { filename: script, ...(cachedData && { cachedData }) });
  if (cachedData === undefined || compiled.cachedDataRejected) {
    setTimeout(() => cache.store(compiled.createCachedData()), storeAfterMs).unref();
  }
  const module = { exports: {} };
  const program = compiled.runInThisContext() as Program;
  program(module.exports, createRequire(script), module, script, dirname(script));
}

/**
 * As `--max-semi-space-size=1` would, which a process cannot give itself: what a start leaves behind would grow the young
 * generation to 32 MB that are never used again.
 */
function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
