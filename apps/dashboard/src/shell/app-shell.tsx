import type { ReactNode } from 'react';
import { Link, useRoute } from 'wouter';
import { useTranslation } from '../i18n/use-translation.ts';
import { Logo } from '../ui/logo.tsx';
import styles from './app-shell.module.css';
import { MainMenu } from './main-menu.tsx';
import { pages } from './pages.ts';

/** The frame of every page after signing in: header with the pages and the menu, and the page below. */
export function AppShell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={skipToContent}>
        {t('shell.skip')}
      </button>
      <header className={styles.header}>
        <Link href="/" className={styles.brand}>
          <Logo />
          <span>PicoClaw</span>
        </Link>
        <nav className={styles.nav} aria-label={t('shell.nav')}>
          {pages.map((page) => (
            <NavLink key={page.path} {...page} />
          ))}
        </nav>
        <MainMenu />
      </header>
      <main id="content" className={styles.content} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function NavLink({ path, label, icon: Icon }: (typeof pages)[number]) {
  const { t } = useTranslation();
  const [current] = useRoute(path);
  return (
    <Link href={path} aria-current={current ? 'page' : undefined}>
      <Icon size={18} aria-hidden="true" />
      <span>{t(label)}</span>
    </Link>
  );
}

// Not a link: `<base href>` would turn `#content` into a way to the start page, and the hash is the chat's.
function skipToContent(): void {
  document.getElementById('content')?.focus();
}
