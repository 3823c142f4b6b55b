/**
 * Runs before every test file of every project, so that no test can forget it: looks for secrets of the homes that the
 * tests make in everything else that is in them, at the moment in which they are removed, and in what the processes show
 * while they run. The secrets are learned from the files that hold them, so those that are generated count as well.
 */
import { appendFileSync, lstatSync, type PathLike, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, afterEach, expect } from 'vitest';
import { processesBelow } from './child-processes.ts';
import { findLeaks } from './find-leaks.ts';
import { attempt, createKnownSecrets } from './known-secrets.ts';
import { leakFile, makeFolder, runFolder } from './run.ts';
import { watchCalls } from './watched-calls.ts';

const LOOK_EVERY_MS = 250;
const folder = makeFolder(runFolder(), 'f-');
const secrets = createKnownSecrets();

function note(what: string, secret: string): void {
  const { testPath = '', currentTestName = '' } = expect.getState();
  appendFileSync(leakFile(), `  ${secret}: in ${what} (${relative(process.cwd(), testPath)}: ${currentTestName})\n`);
}

/** Tests put all sorts of things there, pipes and gigabytes as well. */
function pidIn(file: string): number | undefined {
  return attempt(() => {
    const status = lstatSync(file);
    return status.isFile() && status.size < 10_000 ? Number(JSON.parse(readFileSync(file, 'utf8')).pid) : undefined;
  });
}

function lookAtProcesses(): void {
  const left = readdirSync(folder).map((home) => pidIn(join(folder, home, '.picoclaw.pid')) ?? 0);
  const seen = processesBelow(process.pid, left);
  for (const { isStartedByUs, environment } of seen) if (!isStartedByUs) secrets.learnFromEnvironment(environment);
  for (const { command, environment } of seen.filter((one) => one.isStartedByUs)) {
    const inCommand = secrets.in(Buffer.from(command));
    if (inCommand !== undefined) note('the arguments of a child', inCommand);
    for (const line of environment) {
      const inVariable = secrets.in(Buffer.from(line));
      if (inVariable !== undefined) note(`${line.split('=')[0]} of a child`, inVariable);
    }
  }
}

function look(): void {
  secrets.learnFrom(folder);
  lookAtProcesses();
}

/** Before it goes. */
function lookInto(path: PathLike): void {
  if (!String(path).startsWith(folder)) return;
  secrets.learnFrom(String(path));
  for (const { file, secret } of findLeaks(String(path), secrets)) note(relative(folder, file), secret);
}

/** Refusals and metrics that a test gets over the network, as others do. */
function lookAtAnswer(response: Response): void {
  if (response.status < 400 && !response.url.endsWith('/metrics')) return;
  const noteSecret = (text: string) => {
    const secret = secrets.in(Buffer.from(text));
    if (secret !== undefined) note(`the answer ${response.status} of ${new URL(response.url).pathname}`, secret);
  };
  response
    .clone()
    .text()
    .then(noteSecret, () => {});
}

process.env['TMPDIR'] = folder;
watchCalls({ removes: lookInto, receives: lookAtAnswer });
const timer = setInterval(look, LOOK_EVERY_MS).unref();
// While what the test has started still runs: it is ended in hooks of the test, which come later.
afterEach(look);
afterAll(() => {
  clearInterval(timer);
  lookInto(folder);
});
