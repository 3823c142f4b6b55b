import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picoclaw-run-program-'));
  const build = await rolldown({
    input: fileURLToPath(new URL('../../src/program/run-program.ts', import.meta.url)),
    platform: 'node',
  });
  await build.write({ file: join(folder, 'run-program.mjs'), format: 'esm' });
  await build.close();
  writeFileSync(
    join(folder, 'start.mjs'),
    `import { runProgram } from './run-program.mjs'; runProgram(${JSON.stringify(join(folder, 'script.cjs'))}, { startedAfterMs: 0 });`,
  );
  writeFileSync(
    join(folder, 'script.cjs'),
    `(function (exports, require, module, __filename, __dirname) { 'use strict';
      const { basename } = require('node:path');
      setTimeout(() => console.log(basename(__filename), typeof module.exports, require('./beside.cjs'), __dirname), 20);
    })`,
  );
  writeFileSync(join(folder, 'beside.cjs'), 'module.exports = "found";');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = () => execFileSync(process.execPath, [join(folder, 'start.mjs')], { encoding: 'utf8' });
const kept = () => join(folder, '.code-cache', String(readdirSync(join(folder, '.code-cache'))));

test('a script runs as a CommonJS module would, again and again, whatever is kept of it', () => {
  const said = `script.cjs object found ${folder}\n`;
  expect(start()).toBe(said);
  const first = statSync(kept());
  expect(start()).toBe(said);
  // It was taken as it was: nothing had to be kept anew.
  expect(statSync(kept()).ino).toBe(first.ino);

  const bytes = readFileSync(kept());
  writeFileSync(kept(), bytes.fill(0x5a, bytes.length / 2));
  expect(start()).toBe(said);
  expect(statSync(kept()).ino).not.toBe(first.ino);
  expect(start()).toBe(said);
});
