import type { Changes, Config } from '../api/settings.ts';
import type { SettingField } from './fields.ts';
import { linesOf, type Problem } from './validate.ts';

/** What stands in the fields, by key. */
export type Draft = Readonly<Record<string, string | boolean>>;

/** What the fields show for stored settings. */
export function draftOf(fields: readonly SettingField[], config: Config): Draft {
  return Object.fromEntries(fields.map((field) => [field.key, shown(field, config[field.key])]));
}

/** What was changed, as it is to be stored; an emptied text goes back to the default. */
export function changesOf(fields: readonly SettingField[], config: Config, draft: Draft): Changes {
  const before = draftOf(fields, config);
  const changed = fields
    .map((field) => [field.key, stored(field, draft[field.key]), stored(field, before[field.key])] as const)
    .filter(([, now, then]) => JSON.stringify(now) !== JSON.stringify(then));
  return Object.fromEntries(changed.map(([key, now]) => [key, now]));
}

/** What is wrong with what stands in a field. */
export function problemIn(field: SettingField, draft: Draft): Problem | undefined {
  const text = draft[field.key];
  return 'check' in field && typeof text === 'string' ? field.check(text) : undefined;
}

function shown({ kind }: SettingField, value: unknown): string | boolean {
  if (kind === 'switch') return value === true;
  if (Array.isArray(value)) return value.join('\n');
  return value === undefined || value === null ? '' : String(value);
}

function stored({ kind }: SettingField, draft: string | boolean | undefined): unknown {
  if (typeof draft !== 'string') return draft;
  if (kind === 'lines') return linesOf(draft);
  const text = draft.trim();
  // Not a number that JSON could write: it is judged before it is sent, and here it only has to differ.
  if (kind === 'number') return /^-?\d+$/.test(text) ? Number(text) : text;
  return text === '' ? null : text;
}
