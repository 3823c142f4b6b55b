import { Ellipsis, LogOut, MonitorX } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { IconButton } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { useLeaving } from './leaving.tsx';
import styles from './main-menu.module.css';
import { LanguageSwitch, ThemeSwitch } from './preferences.tsx';

/** Preferences and the way out; the platform's popover closes it on Escape and on a press elsewhere. */
export function MainMenu() {
  const { t } = useTranslation();
  const leaving = useLeaving();
  const [failed, setFailed] = useState(false);
  const [open, setOpen] = useState(false);
  const popover = useRef<HTMLDivElement>(null);
  const leave = async (everywhere: boolean) => setFailed(!(await leaving.signOut(everywhere)));
  return (
    <>
      <IconButton label={t('shell.menu')} popoverTarget="main-menu" aria-expanded={open} aria-controls="main-menu">
        <Ellipsis size={20} aria-hidden="true" />
      </IconButton>
      <div
        ref={popover}
        id="main-menu"
        popover="auto"
        className={styles.menu}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        <div className={styles.row}>
          <span>{t('shell.theme')}</span>
          <ThemeSwitch />
        </div>
        <div className={styles.row}>
          <span>{t('shell.language')}</span>
          <LanguageSwitch />
        </div>
        <hr />
        {failed && (
          <Notice tone="danger" role="alert">
            {t('shell.signOutFailed')}
          </Notice>
        )}
        <button type="button" className={styles.item} onClick={() => void leave(false)}>
          <LogOut size={16} aria-hidden="true" />
          {t('shell.signOut')}
        </button>
        <button type="button" className={styles.item} onClick={() => void leave(true)}>
          <MonitorX size={16} aria-hidden="true" />
          {t('shell.signOutEverywhere')}
        </button>
      </div>
    </>
  );
}
