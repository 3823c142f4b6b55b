import type { ReactNode } from 'react';
import { Logo } from '../ui/logo.tsx';
import styles from './entrance.module.css';
import { LanguageSwitch, ThemeSwitch } from './preferences.tsx';

interface EntranceProps {
  eyebrow?: string;
  title: string;
  lead: string;
  children: ReactNode;
}

/** The frame of the pages before signing in: one card in the middle, preferences below it. */
export function Entrance({ eyebrow, title, lead, children }: EntranceProps) {
  return (
    <div className={styles.page}>
      <header className={styles.brand}>
        <Logo size={36} />
        <span>PicoClaw</span>
      </header>
      <main className={styles.card}>
        <div className={styles.head}>
          {eyebrow !== undefined && <p className={styles.eyebrow}>{eyebrow}</p>}
          <h1>{title}</h1>
          <p className={styles.lead}>{lead}</p>
        </div>
        {children}
      </main>
      <footer className={styles.footer}>
        <LanguageSwitch />
        <ThemeSwitch />
      </footer>
    </div>
  );
}
