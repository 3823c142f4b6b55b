import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { problemOfConfigFile } from '../src/index.ts';

function folderWith(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-argument-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of names) writeFileSync(join(folder, name), '{}');
  return folder;
}

test.each([
  ['config.json', ['config.json']],
  ['anything', ['anything']],
  ['config.json', []],
  ['new-one.json', ['config.json']],
  ['config2.json', ['config.json', 'config1.json']],
])('%s is a configuration file where there are %j', (name, present) => {
  expect(problemOfConfigFile(join(folderWith(...present), name))).toBeUndefined();
});

test.each([
  ['confg.json', 'Did you mean config.json?'],
  ['conifg.json', 'Did you mean config.json?'],
  ['config.jsn', 'ends in .json'],
  ['statsu', 'ends in .json'],
])('%s is mistyped', (name, hint) => {
  expect(problemOfConfigFile(join(folderWith('config.json'), name))).toContain(hint);
});

test('a folder that is not there hinders nobody', () => {
  expect(problemOfConfigFile('/nowhere/at/all/config.json')).toBeUndefined();
});
