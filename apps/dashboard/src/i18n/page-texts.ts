import type { i18n } from 'i18next';
import type { Language } from './language.ts';
import type { Texts } from './messages.ts';
import { useTranslation } from './use-translation.ts';

type Plural<Key extends string> = Key extends `${infer Stem}_one` | `${infer Stem}_other` ? Stem : Key;

/** The keys of a tree of texts, joined by dots; those of a plural by their stem. */
export type TextKey<Tree> = {
  [Key in keyof Tree & string]: Tree[Key] extends string ? Plural<Key> : `${Key}.${TextKey<Tree[Key]>}`;
}[keyof Tree & string];

/** What a page says, in the person's language. */
export interface PageTexts<Tree> {
  t: (key: TextKey<Tree>, values?: Readonly<Record<string, string | number>>) => string;
  /** The tag that numbers and times are written by. */
  language: string;
}

/**
 * The texts of one page, kept with the page so that nobody loads them elsewhere; answers with the hook to read them.
 * `page` names them inside i18next.
 */
export function createPageTexts<Tree extends object>(
  page: string,
  texts: { en: Tree; zh: Texts<Tree> },
): () => PageTexts<Tree> {
  const add = (instance: i18n) => {
    for (const language of Object.keys(texts) as Language[]) {
      if (!instance.hasResourceBundle(language, page)) instance.addResourceBundle(language, page, texts[language]);
    }
  };
  return () => {
    const { t, i18n } = useTranslation();
    add(i18n);
    const translate = t as (key: string, values: object) => string;
    return { t: (key, values) => translate(key, { ...values, ns: page }), language: i18n.resolvedLanguage ?? 'en' };
  };
}
