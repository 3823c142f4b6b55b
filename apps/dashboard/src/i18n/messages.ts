import type { en } from './en.ts';

/** The same tree of keys, with texts of another language. */
export type Texts<T> = { [Key in keyof T]: T[Key] extends string ? string : Texts<T[Key]> };

/** What every language has to say. */
export type Messages = Texts<typeof en>;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}
