import { Languages, Monitor, Moon, Sun } from 'lucide-react';
import { useId } from 'react';
import { switchLanguage } from '../i18n/i18n.ts';
import { type Language, languages } from '../i18n/language.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { switchTheme, type Theme, themes, useTheme } from '../theme/theme.ts';
import styles from './preferences.module.css';

const themeLooks = {
  system: { icon: Monitor, key: 'shell.themeSystem' },
  light: { icon: Sun, key: 'shell.themeLight' },
  dark: { icon: Moon, key: 'shell.themeDark' },
} as const satisfies Record<Theme, unknown>;

/** Chooses light, dark or what the system says. */
export function ThemeSwitch() {
  const { t } = useTranslation();
  const current = useTheme();
  const name = useId();
  return (
    <fieldset className={styles.segments}>
      <legend className="visually-hidden">{t('shell.theme')}</legend>
      {themes.map((theme) => {
        const { icon: Icon, key } = themeLooks[theme];
        return (
          <label key={theme} title={t(key)}>
            <input
              className="visually-hidden"
              type="radio"
              name={name}
              checked={theme === current}
              onChange={() => switchTheme(theme)}
            />
            <Icon size={16} aria-hidden="true" />
            <span className="visually-hidden">{t(key)}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** Chooses the language; each is written in itself, for people who cannot read the current one. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <label className={styles.select}>
      <Languages size={16} aria-hidden="true" />
      <span className="visually-hidden">{t('shell.language')}</span>
      <select
        value={i18n.resolvedLanguage}
        onChange={(event) => void switchLanguage(i18n, event.target.value as Language)}
      >
        {Object.entries(languages).map(([tag, name]) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
