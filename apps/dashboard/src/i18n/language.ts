import { readStored } from '../storage.ts';

/** The languages there are texts for, each by its own name. */
export const languages = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof languages;

export const LANGUAGE_KEY = 'picoclaw.language';

/** The chosen language, else the first one of the browser's that we have, else English. */
export function preferredLanguage(
  stored: string | undefined = readStored(LANGUAGE_KEY),
  wanted: readonly string[] = navigator.languages,
): Language {
  for (const tag of stored === undefined ? wanted : [stored, ...wanted]) {
    const [name = ''] = tag.toLowerCase().split('-');
    if (Object.hasOwn(languages, name)) return name as Language;
  }
  return 'en';
}
