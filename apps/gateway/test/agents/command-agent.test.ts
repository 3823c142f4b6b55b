import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentError } from '../../src/agents/agent.ts';
import { createCommandAgent } from '../../src/agents/command-agent.ts';
import { aMoment, anEntry, aRequest, outcomeOf } from './support/asking.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-agent-'));
});
afterEach(() => rm(folder, { recursive: true }));

type Options = Partial<Parameters<typeof createCommandAgent>[0]>;

/** An agent that runs a script of Node. */
function running(script: string, options: Options = {}, ...args: string[]) {
  const entry = anEntry({ model: 'command/script', command: process.execPath, args: ['-e', script, ...args] });
  return createCommandAgent({ entry, environment: {}, ...options });
}

/** Whether the process that wrote its id to a file lives; a zombie does not. */
function isAlive(file: string): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${readFileSync(join(folder, file), 'utf8')}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const untilDead = (file: string) => expect.poll(() => isAlive(file), { timeout: 10_000 }).toBe(false);

describe('a program that answers', () => {
  it('gets the message on its standard input and its arguments untouched by any shell', async () => {
    const script = 'process.stdin.pipe(process.stdout); process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const { text, error } = await outcomeOf(running(script, {}, '$HOME', '; ls', ''), 'hello "you" 🦊');
    expect(error).toBeUndefined();
    expect(text).toBe('["$HOME","; ls",""]hello "you" 🦊');
  });

  it('gets the listed environment and nothing of ours', async () => {
    process.env['COMMAND_AGENT_TEST'] = 'ours';
    const agent = running('console.log(Object.keys(process.env).join())', { environment: { ONLY: '1' } });
    expect((await outcomeOf(agent, 'hello')).text).toBe('ONLY\n');
    delete process.env['COMMAND_AGENT_TEST'];
  });

  it('is heard while it is still writing, with characters whole whose bytes come apart', async () => {
    const script = `
      const bytes = Buffer.from('🦊');
      process.stdout.write(bytes.subarray(0, 2), () => process.stdin.resume().on('end', () => {
        process.stdout.write(bytes.subarray(2));
        setInterval(() => {}, 1000);
      }));`;
    const controller = new AbortController();
    const request = aRequest('hello', { signal: controller.signal });
    const { text } = await outcomeOf(running(script), request, () => controller.abort());
    expect(text).toBe('🦊');
  });

  it('need not read its input', async () => {
    const { text } = await outcomeOf(running('console.log("fine")'), 'x'.repeat(1024 * 1024));
    expect(text).toBe('fine\n');
  });

  it('is named by the model where no command is given', async () => {
    const agent = createCommandAgent({ entry: anEntry({ model: 'command/echo', args: ['hi'] }), environment: {} });
    expect((await outcomeOf(agent, 'hello')).text).toBe('hi\n');
  });

  it('is only given texts', async () => {
    expect((await outcomeOf(running(''), ' ')).error?.message).toContain('can only be given a text');
  });
});

describe('a program that fails', () => {
  it.each([
    [
      'with an exit code',
      'console.error("first\\nthe \\u001b[31mreason\\r\\n\\n"); process.exit(3)',
      /failed with exit code 3: the \[31mreason\.$/,
    ],
    ['without a word', 'process.exit(1)', /failed with exit code 1\.$/],
    ['with a long reason', 'console.error("x".repeat(1e6)); process.exit(1)', /exit code 1: x{300}…\.$/],
    ['by a signal', 'process.kill(process.pid, "SIGKILL")', /was ended by SIGKILL\.$/],
    ['by saying nothing', '', /ended without an answer\.$/],
  ])('%s is told in one sentence', async (_how, script, sentence) => {
    const { error } = await outcomeOf(running(script), 'hello');
    expect(error).toBeInstanceOf(AgentError);
    expect(error?.message).toMatch(sentence);
    expect(error?.message).toMatch(/^The program "[^"]+" of the model "local" [^\p{Cc}]+$/u);
  });

  it.each([
    ['is not there', '/nowhere/at-all', /"\/nowhere\/at-all" of the model "local" was not found\.$/],
    ['is no program', '/etc', /may not be run\.$/],
    ['has an impossible name', 'a\0b', /cannot be started \(ERR_INVALID_ARG_VALUE\)\.$/],
  ])('because it %s is told in one sentence', async (_what, command, sentence) => {
    const agent = createCommandAgent({ entry: anEntry({ model: 'command/x', command }), environment: {} });
    expect((await outcomeOf(agent, 'hello')).error?.message).toMatch(sentence);
  });

  it('keeps what it had said', async () => {
    const { text, error } = await outcomeOf(running('console.log("half"); process.exitCode = 1'), 'hello');
    expect([text, error?.message.endsWith('failed with exit code 1.')]).toEqual(['half\n', true]);
  });

  it('does not show a key of its entry', async () => {
    const script = 'console.error("refused my-secret-key-0123"); process.exit(1)';
    const entry = anEntry({
      model: 'command/x',
      command: process.execPath,
      args: ['-e', script],
      keys: ['my-secret-key-0123'],
    });
    const { error } = await outcomeOf(createCommandAgent({ entry, environment: {} }), 'hello');
    expect(error?.message).toContain('exit code 1: refused [hidden].');
  });
});

/** Writes its id and one of a child that it starts, says so, and never ends; a deaf one ignores the polite signal. */
const lasting = (folder: string, deaf: readonly string[] = []) => `
  const { spawn } = require('node:child_process');
  const { writeFileSync } = require('node:fs');
  const ignore = "process.on('SIGTERM', () => {});";
  if (${deaf.includes('parent')}) process.on('SIGTERM', () => {});
  const script = (${deaf.includes('child')} ? ignore : '') + 'console.log(1); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(${JSON.stringify(folder)} + '/parent', String(process.pid));
  writeFileSync(${JSON.stringify(folder)} + '/child', String(child.pid));
  child.stdout.once('data', () => console.log('ready'));
  setInterval(() => {}, 1000);`;

describe('a program that does not end', () => {
  it.each([
    ['politely', []],
    ['by force when it is deaf', ['parent', 'child']],
    ['by force when what it has started is deaf', ['child']],
  ])('is ended %s with all that it has started', async (_how, deaf) => {
    const controller = new AbortController();
    const request = aRequest('hello', { signal: controller.signal });
    const { error } = await outcomeOf(running(lasting(folder, deaf), { killAfterMs: 200 }), request, () =>
      controller.abort(),
    );
    expect(error?.name).toBe('AbortError');
    await untilDead('parent');
    await untilDead('child');
  });

  it('is ended when nobody reads on', async () => {
    for await (const _delta of running(lasting(folder)).answer(aRequest('hello'))) break;
    await untilDead('parent');
    await untilDead('child');
  });

  it('is ended when its time is over, and what it said stays', async () => {
    const seen = aMoment();
    const agent = running(lasting(folder), { timeoutMs: 8_000 });
    const { text, error } = await outcomeOf(agent, 'hello', seen.hasCome);
    expect([text, error?.message.endsWith('took more than 8 seconds.')]).toEqual(['ready\n', true]);
    await untilDead('parent');
  });

  it('is ended when it writes too much', async () => {
    const script = `setInterval(() => process.stdout.write('x'.repeat(1000)), 1)`;
    const { text, error } = await outcomeOf(running(script, { maxOutputBytes: 5000 }), 'hello');
    expect(text.length).toBeLessThanOrEqual(5000);
    expect(error?.message).toMatch(/wrote more than 5000 bytes\.$/);
  });

  it('is not started for a message that was cancelled', async () => {
    const agent = running(`require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'parent'))}, '1')`);
    const { error } = await outcomeOf(agent, aRequest('hello', { signal: AbortSignal.abort() }));
    expect(error?.name).toBe('AbortError');
    expect(() => readFileSync(join(folder, 'parent'))).toThrow();
  });
});
