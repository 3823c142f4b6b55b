import type { i18n, TFunction } from 'i18next';
import { createContext, useContext, useSyncExternalStore } from 'react';

const TextsContext = createContext<i18n | undefined>(undefined);

/** Gives the texts to everything below it. */
export const TextsProvider = TextsContext.Provider;

/**
 * The texts in the person's language; a component that uses them is rendered again when it is switched. Takes the place
 * of react-i18next, of which nothing else would be used: it is 2 KB of what everybody waits for.
 */
export function useTranslation(): { t: TFunction; i18n: i18n } {
  const texts = useContext(TextsContext);
  if (texts === undefined) throw new Error('useTranslation needs a TextsProvider around it.');
  useSyncExternalStore(
    (listener) => {
      texts.on('languageChanged', listener);
      return () => texts.off('languageChanged', listener);
    },
    () => texts.resolvedLanguage,
  );
  return { t: texts.t, i18n: texts };
}
