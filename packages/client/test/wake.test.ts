import { describe, expect, it } from 'vitest';
import { browserWake } from '../src/index.ts';

function createPage() {
  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  return Object.assign(new EventTarget(), { document });
}

describe('waking in a browser', () => {
  it('happens when it is online again and when the tab becomes visible, not when it is hidden', () => {
    const page = createPage();
    let woken = 0;
    browserWake(() => {
      woken += 1;
    }, page);
    page.dispatchEvent(new Event('online'));
    expect(woken).toBe(1);
    page.document.dispatchEvent(new Event('visibilitychange'));
    expect(woken).toBe(1);
    page.document.visibilityState = 'visible';
    page.document.dispatchEvent(new Event('visibilitychange'));
    expect(woken).toBe(2);
  });

  it('ends when it is told to', () => {
    const page = createPage();
    page.document.visibilityState = 'visible';
    let woken = 0;
    const stop = browserWake(() => {
      woken += 1;
    }, page);
    stop();
    page.dispatchEvent(new Event('online'));
    page.document.dispatchEvent(new Event('visibilitychange'));
    expect(woken).toBe(0);
  });

  it('never happens where there is neither window nor document', () => {
    expect(() => browserWake(() => undefined, {})()).not.toThrow();
  });
});
