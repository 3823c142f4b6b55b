/**
 * One number with its goal, and whether more or less of it is better.
 * @typedef {{ what: string; goal: number; isMost: boolean; measured: number; unit?: string; note?: string }} Finding
 */

/**
 * What a row has found: numbers that have a goal, numbers beside them, and counts that have to be right for the rest to
 * mean anything.
 * @typedef {{
 *   findings: Finding[];
 *   details: Record<string, string>;
 *   counts?: { what: string; expected: number; counted: number }[];
 *   notes?: string[];
 *   generatorShare?: number;
 * }} Result
 */

/** @typedef {{ id: string; about: string; run: (bench: import('./bench.mjs').Bench) => Promise<Result> }} Row */

/** @param {string} what @param {number} goal @param {number} measured @param {string} [unit] @returns {Finding} */
export const atMost = (what, goal, measured, unit = '') => ({ what, goal, isMost: true, measured, unit });
/** @param {string} what @param {number} goal @param {number} measured @param {string} [unit] @returns {Finding} */
export const atLeast = (what, goal, measured, unit = '') => ({ what, goal, isMost: false, measured, unit });
/** @param {Finding} finding */
export const isMet = ({ goal, isMost, measured }) => (isMost ? measured <= goal : measured >= goal);

/** A number as people read it: three digits that count. @param {number} value */
export function shown(value) {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
