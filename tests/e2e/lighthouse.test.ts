import { expect, it } from 'vitest';
import { freshHome } from '../support/home.ts';
import { openLighthouse, type Verdict } from '../support/lighthouse.ts';
import { startLauncher } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';
const FAST = 0.95;

/** The better half of three runs: what is fast twice is fast, and once slow was the machine. */
async function judgeFairly(judge: () => Promise<Verdict>): Promise<Verdict> {
  const runs = [await judge(), await judge()];
  if (runs.some(({ scores }) => scores.performance < FAST)) runs.push(await judge());
  const [, median] = runs.sort((a, b) => b.scores.performance - a.scores.performance) as [Verdict, Verdict];
  return median;
}

it('Lighthouse finds the sign-in and the chat fast, accessible and well made on a phone', async () => {
  const launcher = await startLauncher({ home: freshHome(), env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const { person, judge } = await openLighthouse();
  const isGood = async (url: string) => {
    const { scores, complaints, url: shown } = await judgeFairly(() => judge(url));
    expect(shown.split('#')[0]).toBe(url);
    expect.soft(scores, [url, ...complaints].join('\n')).toEqual({
      performance: expect.toSatisfy((score: number) => score >= FAST, `at least ${FAST}`),
      accessibility: 1,
      'best-practices': 1,
    });
  };
  await isGood(`${launcher.url}/login`);

  const page = await person.newPage();
  await page.goto(`${launcher.url}/?token=${TOKEN}`);
  await page.getByLabel('Message', { exact: true }).waitFor();
  await page.close();
  await isGood(`${launcher.url}/`);
});
