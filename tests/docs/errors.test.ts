import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errors as gatewayErrors } from '../../apps/gateway/src/errors.ts';
import { errors as launcherErrors } from '../../apps/launcher/src/errors.ts';

interface Row {
  readonly status: number;
  readonly shown?: string;
}

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** `code status` of every row under a heading. */
function documented(heading: string): string[] {
  const [, section = ''] = page.split(`## ${heading}`);
  const rows = section.split('\n## ')[0]?.matchAll(/^\| `(\w+)` \| (\d{3}) \| \S.* \|$/gm) ?? [];
  return [...rows].map(([, code, status]) => `${code} ${status}`);
}

const listed = (errors: Readonly<Record<string, Row>>) =>
  Object.entries(errors).map(([code, { status, shown = code }]) => `${shown} ${status}`);

function sourcesOf(app: string): string {
  const folder = new URL(`../../apps/${app}/src/`, import.meta.url).pathname;
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = names.filter((name) => name.endsWith('.ts'));
  return sources.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}

it.each([
  ['Launcher', launcherErrors],
  ['Gateway', gatewayErrors],
])('docs/errors.md lists every error of the %s, and no other', (heading, errors) => {
  expect(documented(heading)).toEqual(listed(errors));
});

// Codes of @picoclaw/server's gates reach the table as values.
const FROM_GATES = [
  'bad_handshake',
  'bad_host',
  'expectation_failed',
  'unsupported_websocket_version',
  'not_a_websocket',
];

it.each([
  ['launcher', launcherErrors],
  ['gateway', gatewayErrors],
])('every error of the %s is one that can happen', (app, errors) => {
  const sources = sourcesOf(app);
  // Once in the table, and once where it is said.
  const unused = Object.keys(errors).filter((code) => sources.split(new RegExp(`\\b${code}\\b`)).length < 3);
  expect(unused.filter((code) => !FROM_GATES.includes(code))).toEqual([]);
});
