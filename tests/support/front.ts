import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { certify } from './certify.ts';
import { freePort, freshHome, writeHomeFile } from './home.ts';
import { root, until } from './processes.ts';

const page = readFileSync(join(root, 'docs/behind-a-proxy.md'), 'utf8');

/** A reverse proxy of which docs/behind-a-proxy.md tells. */
export type FrontName = 'nginx' | 'haproxy' | 'caddy';

interface FrontOptions {
  readonly name: FrontName;
  /** The launcher behind it. */
  readonly upstreamPort: number;
  /** With what the page says for a sub-path. */
  readonly isInSubPath?: boolean;
  /** What a test wants otherwise than the page says. */
  readonly edit?: (snippet: string) => string;
}

/** A running reverse proxy; it keeps its port and certificate over its lives. */
export interface Front {
  readonly port: number;
  /** Its certificate, which is for `picoclaw.example.com`. */
  readonly ca: Buffer;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** What the page says for `launcher-config.json`. */
export const launcherSettings = (): Record<string, unknown> => JSON.parse(fenced('json'));

/** The sub-path of the page's examples. */
export const SUB_PATH = /"base_path": "([^"]+)"/.exec(page)?.[1] ?? '';

/** Starts a proxy with what the page says, on an address of its own; answers when it takes connections. */
export async function startFront({ name, upstreamPort, isInSubPath = false, edit }: FrontOptions): Promise<Front> {
  const port = await freePort();
  const folder = freshHome();
  const { certificate, key } = certify(folder);
  writeHomeFile(folder, 'picoclaw.pem', readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'));
  const said = isInSubPath ? inSubPath(name, fenced(name)) : fenced(name);
  const snippet = (edit?.(said) ?? said).replaceAll('18800', String(upstreamPort));
  const { file, text, command } = FRONTS[name]({ port, folder, snippet });
  writeHomeFile(folder, file, text);
  let end = async () => {};
  const start = async () => {
    end = await startProgram(command, folder, port);
  };
  onTestFinished(() => end());
  await start();
  return { port, ca: readFileSync(certificate), start, stop: () => end() };
}

function fenced(language: string): string {
  const [, text] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/behind-a-proxy.md has nothing in ${language}`);
  return text;
}

function inSubPath(name: FrontName, snippet: string): string {
  const [, before = '', after = ''] = new RegExp(`^\\| ${name} \\| \`(.+)\` \\| \`(.+)\` \\|$`, 'm').exec(page) ?? [];
  if (!before || !snippet.includes(before)) throw new Error(`docs/behind-a-proxy.md has no sub-path for ${name}`);
  return snippet.replace(before, after);
}

interface Place {
  readonly port: number;
  readonly folder: string;
  readonly snippet: string;
}

interface Runnable {
  readonly file: string;
  readonly text: string;
  readonly command: readonly [program: string, ...args: string[]];
}

/** One process each, in the foreground, on loopback, that writes nowhere but into its own folder. */
const FRONTS: Readonly<Record<FrontName, (place: Place) => Runnable>> = {
  nginx: ({ port, folder, snippet }) => ({
    file: 'nginx.conf',
    text: `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`).join('\n  ')}
  ${snippet.replace('listen 443', `listen 127.0.0.1:${port}`)}
}
`,
    command: [
      process.env['NGINX_PATH'] ?? '/usr/sbin/nginx',
      '-e',
      'stderr',
      '-p',
      folder,
      '-c',
      `${folder}/nginx.conf`,
    ],
  }),
  haproxy: ({ port, snippet }) => ({
    file: 'haproxy.cfg',
    text: snippet.replace(':443', `127.0.0.1:${port}`),
    command: [process.env['HAPROXY_PATH'] ?? '/usr/sbin/haproxy', '-db', '-f', 'haproxy.cfg'],
  }),
  caddy: ({ port, folder, snippet }) => ({
    file: 'Caddyfile',
    text: `
{
  admin off
  storage file_system ${folder}
  default_bind 127.0.0.1
  auto_https disable_redirects
  https_port ${port}
}
${snippet}
`,
    command: [process.env['CADDY_PATH'] ?? '/usr/bin/caddy', 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
  }),
};

/** Starts it and waits until it takes connections; answers with the way to end it. */
async function startProgram([program, ...args]: Runnable['command'], folder: string, port: number) {
  // Caddy keeps its own copy of the configuration in the home.
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder };
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(child, 'close');
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (complaints += part));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`${program} has ended: ${complaints}`);
    return accepts(port);
  });
  return async () => {
    child.kill('SIGTERM');
    await exited;
  };
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
