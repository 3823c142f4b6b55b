import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { findLighthouse } from '../../scripts/lighthouse.mjs';
import { BROWSER_ARGS, browserPath } from './browser.ts';
import { freePort, freshHome } from './home.ts';

const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
export type Scores = Record<(typeof CATEGORIES)[number], number>;

/** What Lighthouse thinks of a page, from 0 to 1, and what it would have otherwise, one line each. */
export interface Verdict {
  /** The page that was looked at in the end. */
  readonly url: string;
  readonly scores: Scores;
  readonly complaints: readonly string[];
  /** How many times this machine has to be slowed down to be like a mid-range phone. */
  readonly slowdown: number;
}

/** The slowdown that Lighthouse takes, and the speed (its `benchmarkIndex`) of the desktops for which that is meant. */
const [USUAL_SLOWDOWN, USUAL_INDEX] = [4, 1_500];

interface Report {
  readonly finalDisplayedUrl: string;
  readonly environment: { readonly benchmarkIndex: number };
  readonly categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  readonly audits: Record<string, { score: number | null; title: string; displayValue?: string; details?: unknown }>;
}

/** A browser that a person and Lighthouse use together: what the one has signed in to, the other one sees. */
export async function openLighthouse(): Promise<{
  person: BrowserContext;
  judge(url: string, slowdown?: number): Promise<Verdict>;
}> {
  const port = await freePort();
  const person = await chromium.launchPersistentContext(freshHome(), {
    executablePath: browserPath(),
    args: [...BROWSER_ARGS, `--remote-debugging-port=${port}`],
  });
  onTestFinished(() => person.close());
  // Now and then Chromium loses the trace itself ("NO_NAVSTART"), which says nothing of the page.
  return { person, judge: (url, slowdown) => judge(url, port, slowdown).catch(() => judge(url, port, slowdown)) };
}

/** One run as on a mid-range phone with a slow connection; that it is slow is computed, so that machines differ less. */
async function judge(url: string, port: number, slowdown = USUAL_SLOWDOWN): Promise<Verdict> {
  const program = findLighthouse() ?? 'lighthouse is not installed: see scripts/lighthouse.mjs';
  const options = [
    `--port=${port}`,
    '--form-factor=mobile',
    '--throttling-method=simulate',
    `--throttling.cpuSlowdownMultiplier=${slowdown}`,
    '--output=json',
    '--quiet',
  ];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, url, ...options, `--only-categories=${CATEGORIES.join(',')}`, '--no-enable-error-reporting'],
    { maxBuffer: 64 * 1024 * 1024, timeout: 60_000, cwd: freshHome() },
  );
  return verdict(JSON.parse(stdout));
}

function verdict({ finalDisplayedUrl, environment, categories, audits }: Report): Verdict {
  const entries = CATEGORIES.map((name) => [name, categories[name]?.score ?? 0]);
  const weighty = CATEGORIES.flatMap((name) => categories[name]?.auditRefs ?? []).filter(({ weight }) => weight > 0);
  const complaints = weighty.flatMap(({ id }) => {
    const { score, title, displayValue = '', details } = audits[id] ?? { score: 0, title: 'missing' };
    return score === null || score >= 0.9
      ? []
      : [`${id}: ${title} ${displayValue} ${(JSON.stringify(details) ?? '').slice(0, 300)}`];
  });
  // One that is slow by itself, or has much else to do, would be slowed down twice.
  const slowdown = USUAL_SLOWDOWN * Math.min(1, environment.benchmarkIndex / USUAL_INDEX);
  return { url: finalDisplayedUrl, scores: Object.fromEntries(entries), complaints, slowdown: Math.max(1, slowdown) };
}
