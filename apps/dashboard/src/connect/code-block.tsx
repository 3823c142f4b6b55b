import { CopyButton } from '../ui/copy-button.tsx';
import styles from './connect.module.css';

interface CodeBlockProps {
  /** What it is: a name to keep it under. */
  name: string;
  code: string;
}

/** A program to take along. */
export function CodeBlock({ name, code }: CodeBlockProps) {
  return (
    <figure className={styles.code}>
      <figcaption>
        <span>{name}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}
