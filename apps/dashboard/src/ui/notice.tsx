import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './notice.module.css';

const icons = { danger: CircleAlert, warning: TriangleAlert, info: Info, success: CircleCheck };

interface NoticeProps {
  tone: keyof typeof icons;
  role?: 'alert' | 'status';
  children: ReactNode;
}

/** A short text that matters now, with an icon so that colour is not the only sign. */
export function Notice({ tone, role, children }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={role}>
      <Icon size={18} aria-hidden="true" />
      <div className={styles.text}>{children}</div>
    </div>
  );
}
