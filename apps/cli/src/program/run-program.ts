import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { createCodeCache } from './code-cache.ts';
import { giveMemoryBackWhenQuiet } from './quiet-memory.ts';

/** The value of a script that the build has made: a CommonJS module, as Node itself would wrap it. */
type Program = (exports: object, require: NodeJS.Require, module: object, filename: string, dirname: string) => void;

/** By then a start is over, and V8 knows which functions it took. */
const STARTED_AFTER_MS = 3_000;

/**
 * Goes on as a program of the build, in this process. Compiling it takes longer than running it, so that what V8 has made
 * of it is kept for the next start.
 */
export function runProgram(script: string, { startedAfterMs = STARTED_AFTER_MS } = {}): void {
  letYoungGenerationGrow(false);
  const source = readFileSync(script);
  const cache = createCodeCache(script, source);
  const cachedData = cache.load();
  // The build escapes what is not ASCII; decoding it would be for nothing.
  const compiled = new Script(source.toString('latin1'), { filename: script, ...(cachedData && { cachedData }) });
  const isKept = cachedData !== undefined && !compiled.cachedDataRejected;
  setTimeout(() => {
    // First, for V8 takes it only where the flags are the same.
    if (!isKept) cache.store(compiled.createCachedData());
    letYoungGenerationGrow(true);
    giveMemoryBackWhenQuiet();
  }, startedAfterMs).unref();
  const module = { exports: {} };
  const program = compiled.runInThisContext() as Program;
  program(module.exports, createRequire(script), module, script, dirname(script));
}

/**
 * What a start leaves behind would grow the young generation to 16 MB, which an idle process keeps for good. Who has much to
 * do later on is faster with a large one. The command line has flags for the size itself, but this process has begun.
 */
function letYoungGenerationGrow(mayGrow: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
}
