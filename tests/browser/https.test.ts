import { chmodSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openPage, signInQuietly, useBrowser } from '../support/browser.ts';
import { certify } from '../support/certify.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';

it('a person types http:// and chats over https, at a launcher with a certificate of its own', async () => {
  const home = freshHome();
  const { certificate: cert, key } = certify(home);
  chmodSync(key, 0o600);
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN, tls: { cert, key } });
  const launcher = await startLauncher({ home });
  const host = `localhost:${launcher.port}`;
  const person = await newPerson({ ignoreHTTPSErrors: true });
  const { page } = await openPage(person);
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));

  await page.goto(`http://${host}/gateway?token=${TOKEN}`);
  expect(page.url()).toBe(`https://${host}/login?next=${encodeURIComponent('/gateway')}`);
  await signInQuietly(page, { url: `https://${host}`, token: TOKEN });
  expect(await person.cookies()).toEqual([
    expect.objectContaining({ name: '__Host-picoclaw_launcher_auth', secure: true }),
  ]);

  await page.goto(`https://${host}/`);
  await page.getByLabel('Message', { exact: true }).fill('/echo under lock and key');
  await page.getByLabel('Message', { exact: true }).press('Enter');
  const said = () => page.getByRole('region', { name: 'Conversation' }).textContent();
  await expect.poll(said).toMatch(/lock and key[\s\S]*lock and key/);
  expect(sockets.some((address) => address.startsWith(`wss://${host}/pico/ws`))).toBe(true);
});
