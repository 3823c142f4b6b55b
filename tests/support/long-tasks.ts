import type { Page } from 'playwright-core';

/** The longest task of each of several windows of time, 0 for none over 50 ms: shorter ones the browser does not tell. */
export function longestTasks(page: Page, windows: number): Promise<number[]> {
  return page.evaluate(async (count) => {
    const tasks: PerformanceEntry[] = [];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
    observer.observe({ type: 'longtask', buffered: true });
    const longest: number[] = [];
    for (let window = 0; window < count; window += 1) {
      const begin = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const within = tasks.filter(({ startTime }) => startTime >= begin).map(({ duration }) => duration);
      longest.push(Math.max(0, ...within));
    }
    observer.disconnect();
    return longest;
  }, windows);
}

/** A machine that is busy with something else holds a browser up, too: the best third has to be without long tasks. */
export const isSmooth = (longest: number[]) =>
  longest.filter((duration) => duration === 0).length >= Math.ceil(longest.length / 3);
