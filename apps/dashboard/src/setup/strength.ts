/** 0 too short, 1 weak, 2 fair, 3 good, 4 strong. */
export type Strength = 0 | 1 | 2 | 3 | 4;

export const MIN_LENGTH = 8;
const pools: [RegExp, number][] = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[ -/:-@[-`{-~]/, 33],
  [/[^ -~]/, 100],
];
const levelBits = [40, 60, 80];

/** Characters that add something: those that neither repeat nor continue the one before (`aaa`, `123`, `cba`). */
function surprisingCharacters(characters: string[]): number {
  return characters.filter((character, index) => {
    const before = characters[index - 1];
    if (before === undefined) return true;
    return Math.abs((character.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)) > 1;
  }).length;
}

/** An honest lower guess of how hard a token is to guess; a meter for people, not a gate: the launcher decides. */
export function strengthOf(token: string): Strength {
  const characters = [...token];
  if (characters.length < MIN_LENGTH) return 0;
  const pool = pools.reduce((sum, [pattern, size]) => sum + (pattern.test(token) ? size : 0), 0);
  const distinct = new Set(characters).size;
  // Words repeated over and over have few distinct characters for their length.
  const counted = Math.min(surprisingCharacters(characters), distinct * 2);
  const bits = counted * Math.log2(Math.max(pool, 2));
  return (1 + levelBits.filter((limit) => bits >= limit).length) as Strength;
}
