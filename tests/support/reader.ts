import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { freePort, freshHome, writeHomeFile } from './home.ts';
import { built, type RunningLauncher, root, startLauncher } from './processes.ts';
import type { RunnableBlock } from './runnable-blocks.ts';

const LAUNCHER_TOKEN = 'launcher-token-of-a-reader';
const CHANNEL_TOKEN = 'channel-token-of-a-reader';
const SHELL_PROGRAMS: Readonly<Record<string, readonly [file: string, program: string]>> = {
  sh: ['block.sh', 'sh'],
  js: ['block.mjs', 'node'],
  py: ['block.py', 'python3'],
};

/** Somebody who reads a page with a launcher of their own running, and does what it says. */
export interface Reader {
  readonly launcher: RunningLauncher;
  readonly launcherToken: string;
  /** Text of a page with the ports at which the launcher and the gateway of this reader are. */
  atOwnPorts(text: string): string;
  /** Does what a block says, and fails where it fails. */
  follow(block: RunnableBlock): Promise<void>;
}

/** Has a reader begin, in a fresh `~/.picoclaw` with tokens and free ports in its files. */
export async function aReader(): Promise<Reader> {
  const person = freshHome();
  const home = join(person, '.picoclaw');
  mkdirSync(home, { mode: 0o700 });
  const [port, gatewayPort] = [await freePort(), await freePort()];
  writeHomeFile(home, 'launcher-config.json', { port, launcher_token: LAUNCHER_TOKEN });
  writeHomeFile(home, 'config.json', { gateway: { port: gatewayPort }, channels: { pico: { enabled: true } } });
  writeHomeFile(home, '.security.yml', `channels:\n  pico:\n    token: ${CHANNEL_TOKEN}\n`);
  const launcher = await startLauncher({ home, port, gatewayPort, env: { HOME: person } });
  const folder = workingFolder();
  const env = {
    ...{ HOME: person, LANG: 'C.UTF-8', LAUNCHER_TOKEN, CHANNEL_TOKEN },
    PATH: [programsOf(person), join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
  };
  const atOwnPorts = (text: string) => text.replaceAll('18800', String(port)).replaceAll('18790', String(gatewayPort));
  const follow = async (block: RunnableBlock) => {
    const [file, program] = SHELL_PROGRAMS[block.language] ?? [];
    if (file === undefined || program === undefined) throw new Error(`nothing runs a block of ${block.language}`);
    writeFileSync(join(folder, block.file ?? file), atOwnPorts(block.code));
    if (block.file !== undefined) return;
    const args = program === 'sh' ? ['-eu', file] : [file];
    const { code, output } = await outcome(program, args, { cwd: folder, env, block });
    const where = `${block.page}:${block.line}\n${output}`;
    if (block.prints !== undefined) expect(output, where).toContain(atOwnPorts(block.prints));
    if (!block.isEndless) expect(code, where).toBe(0);
  };
  return { launcher, launcherToken: LAUNCHER_TOKEN, atOwnPorts, follow };
}

interface Doing {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly block: RunnableBlock;
}

/** Runs a program to its end, or an endless one until it has printed what it is to print. */
async function outcome(program: string, args: string[], { cwd, env, block }: Doing) {
  // A group of its own, so that what a shell has started ends with it.
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid);
  };
  const tooLong = setTimeout(end, 30_000);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => {
      output += part;
      if (block.isEndless && output.includes(block.prints ?? '')) end();
    });
  }
  const [code, signal] = await once(child, 'close');
  clearTimeout(tooLong);
  return { code: (code ?? signal) as number | string, output };
}

/** Inside the project, where a program finds `ws`. */
function workingFolder(): string {
  const folder = mkdtempSync(join(root, 'node_modules', '.reader-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The programs that somebody has installed who reads the pages. */
function programsOf(person: string): string {
  const folder = join(person, 'bin');
  mkdirSync(folder);
  const programs = {
    'picoclaw-launcher': `"${process.execPath}" "${built('cli.js')}"`,
    node: `"${process.execPath}"`,
    python3: `"${process.env['PYTHON_PATH'] ?? '/usr/bin/python3'}"`,
  };
  for (const [name, command] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexec ${command} "$@"\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
