import type { ReactNode } from 'react';
import { useTitle } from '../use-title.ts';
import styles from './page.module.css';

interface PageProps {
  title: string;
  lead?: string;
  /** Buttons that are about the whole page. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A page that scrolls: its heading, and cards below it. The title is that of the browser's tab, too. */
export function Page({ title, lead, actions, children }: PageProps) {
  useTitle(title);
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        <header className={styles.head}>
          <div className={styles.titles}>
            <h1>{title}</h1>
            {lead !== undefined && <p>{lead}</p>}
          </div>
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}
