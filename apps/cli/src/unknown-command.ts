import { closest, distance } from 'fastest-levenshtein';

/** What people type without the command that it belongs to. */
const PARTS: Readonly<Record<string, string>> = {
  ...{ start: 'gateway start', stop: 'gateway stop', restart: 'gateway restart', reload: 'gateway reload' },
  ...{ run: 'gateway run', logs: 'gateway logs', log: 'gateway logs' },
  ...{ install: 'service install', uninstall: 'service uninstall', audit: 'service audit' },
  ...{ rotate: 'token rotate', show: 'token show', copy: 'token copy', url: 'token url' },
  ...{ repair: 'doctor --repair', chat: 'tui' },
};

/** Says that there is no such command, and which one was meant as far as that can be guessed. */
export function explainUnknown(
  [word = '', ...rest]: readonly string[],
  misplaced: string | undefined,
  names: readonly string[],
): string {
  if (misplaced !== undefined) {
    const others = [word, ...rest].filter((one) => one !== misplaced);
    return `The command comes first: picoclaw-launcher ${[misplaced, ...others].join(' ')}`;
  }
  const known = [...names, ...Object.keys(PARTS)];
  const near = closest(word.toLowerCase(), known);
  const isNear = distance(word.toLowerCase(), near) <= Math.max(1, Math.floor(near.length / 3));
  const hint = isNear ? ` Did you mean "${PARTS[near] ?? near}"?` : '';
  return `Unknown command "${word}".${hint} There are: ${names.join(', ')}.`;
}
