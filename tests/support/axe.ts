import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Puts axe into every page of a person, by the debugger: the content security policy lets no page load it. */
export async function bringAxe(person: BrowserContext): Promise<void> {
  await person.addInitScript({ content: axe.source });
}

/** What WCAG 2.2 AA and common sense find wrong with what is shown, one line each: rule, element, what to do. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(animationsEnd);
  const { violations } = await page.evaluate((tags) => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    return axe.run(document, {
      runOnly: tags,
      resultTypes: ['violations'],
      // The one rule of WCAG 2.2 AA, off until somebody asks.
      rules: { 'target-size': { enabled: true } },
    });
  }, TAGS);
  const problems = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => [`${id}: ${target.join(' ')}: ${help}`, any[0]?.message].filter(Boolean).join(': ')),
  );
  return [...problems, ...(await page.evaluate(whatIsTooWide))];
}

/** Reflow (WCAG 1.4.10): a page that is wider than its window has to be read in two directions. */
function whatIsTooWide(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`reflow: the page is ${scrollWidth} px wide in ${clientWidth} px`] : [];
}

/** A colour half way to another one is not what people read. */
async function animationsEnd(): Promise<void> {
  const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map(({ finished }) => finished));
}
