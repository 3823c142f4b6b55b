import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { TestHome } from './home.ts';

/** Starts real processes on a home. */
export interface ConfigProcesses {
  start(home: TestHome, job: string, argument?: string, how?: { readonly killAt?: number }): ChildProcess;
}

const KILL_AT = new URL('../fixtures/kill-at.mjs', import.meta.url).href;

/** Bundles the process of the fixtures once for a test file: Node 20 does not run TypeScript. */
export function configProcesses(): ConfigProcesses {
  let directory = '';
  let program = '';
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'picoclaw-config-process-'));
    program = join(directory, 'config-process.mjs');
    const input = fileURLToPath(new URL('../fixtures/config-process.ts', import.meta.url));
    const bundle = await rolldown({
      input,
      platform: 'node',
      logLevel: 'silent',
      transform: { define: { __PICOCLAW_VERSION__: '"0"' } },
    });
    await bundle.write({ file: program, format: 'esm' });
    await bundle.close();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return {
    start(home, job, argument = '', { killAt } = {}) {
      const child = fork(program, [job, argument], {
        env: { PICOCLAW_HOME: home.paths.home, PATH: process.env['PATH'], KILL_AT: String(killAt) },
        execArgv: killAt === undefined ? [] : ['--import', KILL_AT],
      });
      onTestFinished(() => end(child));
      return child;
    },
  };
}

/** The next thing that a process reports. */
export async function reportOf<T>(child: ChildProcess): Promise<T> {
  const [report] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code, signal]) => Promise.reject(new Error(`ended with ${code ?? signal}`))),
  ]);
  return report as T;
}

/** Kills a process as a crash would, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await kill(child);
}
