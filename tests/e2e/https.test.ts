import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createPicoSession } from '@picoclaw/client';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { certify } from '../support/certify.ts';
import { cli } from '../support/cli.ts';
import { connectReport, portsOf, tokenFile } from '../support/connect-report.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { askHttp } from '../support/https.ts';
import { built, run, startLauncher, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';

/** A home whose launcher has a certificate of its own, named as people name it: beside the configuration. */
function aHome({ mode = 0o600 } = {}) {
  const home = freshHome();
  mkdirSync(join(home, 'tls'));
  const { certificate, key } = certify(join(home, 'tls'));
  chmodSync(key, mode);
  const tls = { cert: 'tls/certificate.pem', key: 'tls/key.pem' };
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN, tls });
  return { home, certificate, key };
}

const fingerprintAt = (port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
  });

it('a launcher with a certificate of its own: pages, chat, commands and renewal go by https', async () => {
  const { home, certificate, key } = aHome({ mode: 0o644 });
  const launcher = await startLauncher({ home });
  const ca = readFileSync(certificate);
  const url = `https://localhost:${launcher.port}`;
  expect(launcher.stdout()).toContain(`  Open      ${url}/\n`);
  expect(launcher.stderr()).toContain(`run chmod 600 ${JSON.stringify(key)}`);
  expect(await askHttp(`${url}/ready`, { ca })).toMatchObject({ status: 200 });

  class Trusting extends WebSocket {
    constructor(address: string, protocols: string[], options?: object) {
      super(address, protocols, { ...options, ca });
    }
  }
  const session = createPicoSession({
    ...{ url: `${url.replace('https', 'wss')}/pico/ws`, token: TOKEN, tokenIn: 'header', webSocket: Trusting },
  });
  onTestFinished(() => session.close());
  session.send('/echo over TLS');
  const contents = () => session.getSnapshot().messages.map(({ content }) => content);
  await until(() => contents().some((content, at) => at > 0 && content.includes('over TLS')));

  // A certificate for another name than the address says, and from nobody: to this machine itself it does not matter.
  const env = portsOf(launcher);
  const [status, link, connected] = await Promise.all([
    cli(['status', '--json'], { home, env }),
    cli(['token', 'url'], { home, env }),
    connectReport(home, [], env),
  ]);
  expect(JSON.parse(status.stdout).launcher).toMatchObject({
    ...{ state: 'running', url: `https://127.0.0.1:${launcher.port}`, takes_token: 'yes', is_of_this_home: true },
  });
  expect(link.stdout).toContain(`https://127.0.0.1:${launcher.port}/?token=`);
  expect(connected).toMatchObject({ code: 0, reasons: { 'launcher launcher bearer': 'connected' } });
  const plain = ['--url', `ws://127.0.0.1:${launcher.port}`, '--token-file', tokenFile(home, TOKEN)];
  expect((await connectReport(home, plain, env)).reasons).toMatchObject({ 'launcher given bearer': 'tls_needed' });

  const before = await fingerprintAt(launcher.port);
  mkdirSync(join(home, 'next'));
  const next = certify(join(home, 'next'));
  copyFileSync(next.certificate, certificate);
  launcher.child.kill('SIGHUP');
  await until(() => launcher.stderr().includes('the old one stays in use'), launcher.output);
  expect(await fingerprintAt(launcher.port)).toBe(before);
  copyFileSync(next.key, key);
  launcher.child.kill('SIGHUP');
  await until(async () => (await fingerprintAt(launcher.port)) !== before, launcher.output);
  expect(await launcher.kill('SIGTERM')).toBe(0);
});

it('a certificate that cannot be used ends the start with its file and what to do', async () => {
  const { home, key } = aHome();
  certify(join(home, 'tls'));
  copyFileSync(certify(freshHome()).key, key);
  const { exited, output } = run(built('cli.js'), { home, args: ['--no-browser'] });
  expect(await exited).toBe(78);
  expect(output()).toMatch(
    /^error: \S+launcher-config\.json: tls\.key: \S+tls\/key\.pem is not the key of the first certificate in \S+: [^\n]+\n$/,
  );
});
