import type { ReactNode } from 'react';
import styles from './facts.module.css';

interface FactsProps {
  /** Name and value; of those without a value nothing is shown. */
  facts: readonly (readonly [string, ReactNode])[];
}

/** What is known of a thing, a line for each. */
export function Facts({ facts }: FactsProps) {
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  return (
    <dl className={styles.facts}>
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
