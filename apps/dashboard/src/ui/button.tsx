import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { Spinner } from './spinner.tsx';

interface ButtonProps extends ComponentProps<'button'> {
  tone?: 'primary' | 'secondary' | 'quiet' | 'danger';
  size?: 'md' | 'sm';
  busy?: boolean;
  icon?: ReactNode;
}

/** A button; while busy it keeps its place and name and takes no further presses. */
export function Button({ tone = 'secondary', size = 'md', busy = false, icon, children, ...rest }: ButtonProps) {
  const className = [styles.button, styles[tone], styles[size], rest.className].filter(Boolean).join(' ');
  const onClick = busy ? undefined : rest.onClick;
  return (
    <button
      type="button"
      {...rest}
      className={className}
      onClick={onClick}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends ComponentProps<'button'> {
  label: string;
}

/** A button that shows only an icon; the label is its name and its tooltip. */
export function IconButton({ label, children, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={[styles.icon, className].filter(Boolean).join(' ')}
      aria-label={label}
      title={label}
    >
      {children}
    </button>
  );
}
