import { expect, it } from 'vitest';
import { TOKEN } from '../../apps/launcher/test/build-test-launcher.ts';
import { aGateway } from '../../apps/launcher/test/fixtures/a-gateway.ts';
import { aRunningLauncher } from '../../apps/launcher/test/fixtures/a-running-launcher.ts';
import { signInQuietly, useBrowser } from '../support/browser.ts';

const { newPerson } = useBrowser();

const RUN = `document.title = 'has run'; fetch('/api/system/version').then(() => { document.title = 'has read' })`;
const HTML = `<!doctype html><title>none</title><body onload="${RUN}"><script>${RUN}</script><script src="/pico/media/run.js"></script>
  <form action="/logout" method="post"></form><script>document.forms[0].submit()</script>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><title>none</title><script>${RUN}</script></svg>`;
const XHTML = `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>none</title><script>${RUN}</script></head><body/></html>`;

/** What a gateway of another make, or one that was deceived, may serve as a file of a chat. */
const FILES: Readonly<Record<string, readonly [string, string]>> = {
  'page.html': ['text/html', HTML],
  'drawing.svg': ['image/svg+xml', SVG],
  'page.xhtml': ['application/xhtml+xml', XHTML],
  'picture.png': ['image/png', HTML],
  'nothing-said': ['', HTML],
  'unknown.bin': ['application/octet-stream', HTML],
  'text.txt': ['text/plain', HTML],
  'style.css': ['text/css; charset=utf-8', 'body { opacity: 0 }'],
  'run.mjs': ['application/javascript', RUN],
  'work.js': ['text/javascript;charset=utf-8', 'postMessage(1)'],
};

it('no file of a chat runs as a page of the launcher, whatever it is said to be', async () => {
  const launcher = await aRunningLauncher();
  const served: string[] = [];
  await aGateway({
    pidFile: launcher.paths.pidFile,
    onRequest: ({ url = '' }, response) => {
      const [, name] = /^\/pico\/media\/(.+)$/.exec(url) ?? [];
      const [type, body] = FILES[name ?? ''] ?? ['text/javascript', RUN];
      if (name !== undefined) served.push(name);
      response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(body);
    },
  });
  const person = await newPerson();
  const page = await person.newPage();
  await signInQuietly(page, { url: launcher.origin, token: TOKEN });
  for (const name of Object.keys(FILES)) {
    const file = await person.newPage();
    // Some are downloaded, which ends the navigation.
    await file.goto(`${launcher.origin}/pico/media/${name}`).catch(() => undefined);
    expect([name, await file.title()]).not.toEqual([name, expect.stringMatching(/^has/)]);
    // What there is has an origin of its own, from which nothing of the launcher can be reached.
    const origin = await file.evaluate(() => window.origin);
    expect([name, origin]).toEqual([name, 'null']);
    await file.close();
  }
  expect(served.sort()).toEqual(Object.keys(FILES).sort());

  // Nor does it run in a page of the launcher’s, whose policy lets its own address through.
  await page.goto(`${launcher.origin}/`);
  const ends = await page.evaluate(() => {
    const load = (name: string, attributes: Record<string, string>) =>
      new Promise((resolve) => {
        const element = Object.assign(document.createElement(name), attributes);
        element.onload = () => resolve(`${name} loaded`);
        element.onerror = () => resolve('refused');
        document.head.append(element);
      });
    const work = new Promise((resolve) => {
      const worker = new Worker('/pico/media/work.js');
      worker.onmessage = () => resolve('worker ran');
      worker.onerror = () => resolve('refused');
    });
    return Promise.all([
      load('script', { src: '/pico/media/run.js' }),
      load('script', { src: '/pico/media/run.mjs', type: 'module' }),
      load('link', { rel: 'stylesheet', href: '/pico/media/style.css' }),
      work,
    ]);
  });
  expect(ends).toEqual(Array(4).fill('refused'));
  expect(await page.title()).not.toMatch(/^has/);
  const status = await page.evaluate(async () => (await fetch('/api/auth/status')).json());
  expect(status).toMatchObject({ authenticated: true });
});
