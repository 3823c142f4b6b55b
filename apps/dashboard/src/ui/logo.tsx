import styles from './logo.module.css';

/** The mark: three strokes of a claw. Decorative wherever the name stands beside it. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg className={styles.logo} width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <g fill="none" strokeWidth="3" strokeLinecap="round">
        <path d="M8.5 23.5C8 17 9 12 12.5 8.5" />
        <path d="M15.5 24c-.5-5.5.5-10 4-13.5" />
        <path d="M22.5 23.5c-.3-3.5.2-6.5 2-9" />
      </g>
    </svg>
  );
}
