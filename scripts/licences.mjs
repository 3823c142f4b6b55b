import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './project.mjs';

/** Licences under which our programs may be given away with a package in them, as long as its notice goes along. */
const ALLOWED = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause'],
  ...['CC0-1.0', 'ISC', 'MIT', 'OFL-1.1', 'Unlicense'],
];

/**
 * Whether a package of this licence may be part of what is built; SPDX expressions without brackets within brackets.
 * @param {string | undefined} expression
 */
export function isAllowedLicence(expression) {
  const choices = (expression ?? '').replace(/^\((.*)\)$/, '$1').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((name) => ALLOWED.includes(name)));
}

/**
 * The licences of the packages that files are of, as a text that is given away with them. Throws when one is not allowed.
 * @param {Iterable<string>} files paths, of ours as well
 */
export function licencesOf(files) {
  const folders = new Set(
    [...files].map((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(inRootPath(file))?.[0]),
  );
  const packages = [...folders].filter((folder) => folder !== undefined).map(describe);
  const refused = packages.filter(({ licence }) => !isAllowedLicence(licence));
  if (refused.length > 0)
    throw new Error(
      `Not to be built in, by their licence: ${refused.map(({ name, licence }) => `${name} (${licence})`)}`,
    );
  const told = packages.map(({ name, licence, text }) => `${name}\nLicence: ${licence}\n\n${text}\n`).sort();
  return `What others have written of PicoClaw Launcher, and under which licences.\n\n${[...new Set(told)].join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** @param {string} file */
const inRootPath = (file) => (file.startsWith('node_modules/') ? inRoot(file) : file);

/** @param {string} folder */
function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const notice = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)/i.test(one));
  const text = notice === undefined ? '' : readFileSync(join(folder, notice), 'utf8').trim();
  return { name: `${name} ${version}`, licence: license, text };
}
