import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/processes.ts';

const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const quoted = [...page.matchAll(/^> `(.+)`$/gm)].map(([, text = '']) => text);

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[\w-]+\/src\/.*\.tsx?$/.test(name))
    .map((name) => readFileSync(join(root, folder, name), 'utf8').replaceAll("\\'", "'"));

it('what docs/troubleshooting.md quotes is what the programs say', () => {
  const sources = [...sourcesIn('apps'), ...sourcesIn('packages')];
  expect(quoted.length).toBeGreaterThan(30);
  // What differs is put in between, so the parts of a message stand in one file.
  const isSaid = (text: string) => {
    const parts = text.split('…').map((part) => part.trim());
    return sources.some((source) => parts.every((part) => source.includes(part)));
  };
  expect(quoted.filter((text) => !isSaid(text))).toEqual([]);
});

it('says below each message what to do, and each section has one', () => {
  const sections = page.split('\n## ').slice(1, -1);
  expect(sections.length).toBeGreaterThan(9);
  expect(sections.filter((section) => !/^> `/m.test(section)).map((section) => section.split('\n')[0])).toEqual([]);
  // Two of the same cause may stand together.
  expect(page).not.toMatch(/^> `.+`\n+(?:## |$(?![\s\S]))/m);
});
