import type { FindingCode } from '@picoclaw/findings';
import type { Facts } from './facts.ts';

/** What became of a repair. */
export type RepairOutcome =
  | { readonly state: 'repaired'; readonly detail: string }
  /** Somebody else changed it meanwhile, so nothing was done. */
  | { readonly state: 'conflict'; readonly detail: string }
  | { readonly state: 'failed'; readonly detail: string };

/** A change that can be shown before it is made. */
export interface ReadyPlan {
  readonly state: 'ready';
  /** One sentence: what will be done. */
  readonly what: string;
  /** `- before`, `+ after`, and lines of what stays; secrets as fingerprints. */
  readonly diff: readonly string[];
  /** Makes the change, if everything still is as it was when this was planned. */
  apply(): Promise<RepairOutcome>;
}

/** How something could be repaired. */
export type RepairPlan =
  | { readonly state: 'nothing' }
  | { readonly state: 'by-hand'; readonly reason: string }
  /** A person has to say which; the first one is taken where nobody is asked. */
  | { readonly state: 'choose'; readonly question: string; readonly choices: readonly ReadyPlan[] }
  | ReadyPlan;

/** Repairs the findings of some codes, one target after another, each planned on what is there at that moment. */
export interface Repair {
  readonly codes: readonly FindingCode[];
  targets(facts: Facts): Promise<readonly string[]> | readonly string[];
  plan(facts: Facts, target: string): Promise<RepairPlan> | RepairPlan;
}
