import i18next, { type i18n } from 'i18next';
import { writeStored } from '../storage.ts';
import { en } from './en.ts';
import { LANGUAGE_KEY, type Language, preferredLanguage } from './language.ts';

async function loadLanguage(instance: i18n, language: Language): Promise<void> {
  if (language === 'zh' && !instance.hasResourceBundle('zh', 'translation')) {
    const { zh } = await import('./zh.ts');
    instance.addResourceBundle('zh', 'translation', zh);
  }
}

/** Makes the texts ready in the preferred language. */
export async function createTexts(language: Language = preferredLanguage()): Promise<i18n> {
  const instance = i18next.createInstance();
  await instance.init({
    resources: { en: { translation: en } },
    partialBundledLanguages: true,
    lng: 'en',
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = 'en';
  instance.on('languageChanged', (now) => {
    document.documentElement.lang = now === 'zh' ? 'zh-Hans' : now;
  });
  await applyLanguage(instance, language);
  return instance;
}

async function applyLanguage(instance: i18n, language: Language): Promise<void> {
  await loadLanguage(instance, language);
  await instance.changeLanguage(language);
}

/** Switches the language and remembers it. */
export async function switchLanguage(instance: i18n, language: Language): Promise<void> {
  writeStored(LANGUAGE_KEY, language);
  await applyLanguage(instance, language);
}
