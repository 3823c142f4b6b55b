import { expect, it } from 'vitest';
import { openPage, useBrowser } from '../support/browser.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

it.each(['/', '/pico-console'])('the dashboard under %s can be installed on a phone or a desktop', async (basePath) => {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { base_path: basePath });
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: 'launcher-token-for-tests' } });
  const root = `${launcher.url}${basePath}`.replace(/\/?$/, '/');
  const person = await newPerson();
  const { page } = await openPage(person);
  await page.goto(`${root}login`);
  const devTools = await person.newCDPSession(page);
  const { url, errors, data } = await devTools.send('Page.getAppManifest');
  expect([url, errors]).toEqual([`${root}manifest.webmanifest`, []]);
  const { icons, start_url } = JSON.parse(data ?? '{}') as { icons: { src: string }[]; start_url: string };
  expect(new URL(start_url, url).href).toBe(root);
  expect(icons.length).toBeGreaterThanOrEqual(3);
  for (const { src } of icons) {
    const reply = await fetch(new URL(src, url));
    expect([src, reply.status, reply.headers.get('content-type')]).toEqual([src, 200, 'image/png']);
  }
  const { installabilityErrors } = await devTools.send('Page.getInstallabilityErrors');
  // A context without a profile installs nothing, whatever the page is like.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
});
