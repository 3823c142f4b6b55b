import type { Page } from 'playwright-core';

/** Keeps what a page shows from now on, for whoever comes too late to see it: answers with the way to ask for it. */
export async function shownFromNowOn(
  page: Page,
  selector: string,
  attribute?: string,
): Promise<() => Promise<string[]>> {
  const shown = await page.evaluateHandle(
    ([what = '', name = '']) => {
      const seen: string[] = [];
      const look = () => {
        for (const element of document.querySelectorAll(what)) {
          const value = (name === '' ? element.textContent : element.getAttribute(name)) ?? '';
          if (!seen.includes(value)) seen.push(value);
        }
      };
      const everything = { subtree: true, childList: true, attributes: true, characterData: true };
      new MutationObserver(look).observe(document.documentElement, everything);
      return seen;
    },
    [selector, attribute],
  );
  return () => shown.jsonValue();
}
