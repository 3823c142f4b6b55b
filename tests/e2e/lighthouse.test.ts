import { expect, it } from 'vitest';
import { freshHome } from '../support/home.ts';
import { openLighthouse, type Verdict } from '../support/lighthouse.ts';
import { startLauncher } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';
const FAST = 0.95;

/** One run, or the median of three more where it is too slow, for which it counts how slow the machine is at this moment. */
async function judgeFairly(judge: (slowdown?: number) => Promise<Verdict>): Promise<Verdict> {
  const first = await judge();
  if (first.scores.performance >= FAST) return first;
  const runs = [await judge(first.slowdown), await judge(first.slowdown), await judge(first.slowdown)];
  const [, median] = runs.sort((a, b) => b.scores.performance - a.scores.performance) as [Verdict, Verdict];
  return median;
}

// Each of the two pages may take four runs, and a run that is lost is made again after a minute.
it('Lighthouse finds the sign-in and the chat fast, accessible and well made on a phone', {
  timeout: 300_000,
}, async () => {
  const launcher = await startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const { person, judge } = await openLighthouse();
  const isGood = async (url: string) => {
    const { scores, complaints, url: shown } = await judgeFairly((slowdown) => judge(url, slowdown));
    expect(shown.split('#')[0]).toBe(url);
    expect.soft(scores, [url, ...complaints].join('\n')).toEqual({
      performance: expect.toSatisfy((score: number) => score >= FAST, `at least ${FAST}`),
      accessibility: 1,
      'best-practices': 1,
    });
  };
  await isGood(`${launcher.url}/login`);

  const page = await person.newPage();
  // Not by the link: its token would stay in the history of a browser that is not ours.
  await page.goto(`${launcher.url}/login`);
  await page.getByLabel('Launcher token', { exact: true }).fill(TOKEN);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('Message', { exact: true }).waitFor();
  await page.close();
  await isGood(`${launcher.url}/`);
});
