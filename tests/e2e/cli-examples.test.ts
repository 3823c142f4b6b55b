import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli } from '../support/cli.ts';
import { freePort, freshHome } from '../support/home.ts';
import { built, run, startLauncher, until } from '../support/processes.ts';

const TOKEN = 'launcher-token-for-tests';
/** What goes on until somebody ends it, and what it says when it has begun. */
const GOES_ON: Readonly<Record<string, RegExp>> = {
  'picoclaw-launcher gateway': /gateway is ready/,
  'picoclaw-launcher gateway logs -f': /gateway is ready/,
};

/** The command lines of a help text. */
function examplesIn(help: string): string[] {
  const [, examples = ''] = help.split('Examples:\n');
  return [...examples.matchAll(/^ {2}(picoclaw-launcher.*?)(?: {2,}.*)?$/gm)].map(([, line = '']) => line);
}

const argumentsOf = (line: string): string[] => line.split(' ').slice(1);

/** Lets a program begin, and ends it as a person does. */
async function beginAndEnd(line: string, begun: RegExp, options: Parameters<typeof cli>[1]): Promise<void> {
  const program = run(built('cli.js'), { ...options, args: argumentsOf(line) });
  await until(() => begun.test(program.output()) || program.child.exitCode !== null, program.output);
  expect(program.output(), line).toMatch(begun);
  expect(await program.kill('SIGINT'), line).toBe(0);
}

it('every example of every help works as it stands there', { timeout: 180_000 }, async () => {
  const home = freshHome();
  const launcher = await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } });
  const own = join(home, 'of-the-person');
  mkdirSync(own);
  const env = {
    ...{ HOME: own, XDG_CONFIG_HOME: join(own, '.config'), PICOCLAW_LAUNCHER_TOKEN: TOKEN },
    ...{ PICOCLAW_LAUNCHER_PORT: String(launcher.port), PICOCLAW_GATEWAY_PORT: String(launcher.gatewayPort) },
  };
  const names = /There are: (.*)\./.exec((await cli(['nonsense'], { home })).stderr)?.[1]?.split(', ') ?? [];
  expect(names.length).toBeGreaterThan(2);
  for (const name of names) {
    const lines = examplesIn((await cli([name, '--help'], { home })).stdout);
    expect(lines.length, name).toBeGreaterThan(0);
    for (const line of lines) {
      const begun = GOES_ON[line];
      const elsewhere = { home: freshHome(), env: { ...env, PICOCLAW_GATEWAY_PORT: String(await freePort()) } };
      if (begun !== undefined) {
        await beginAndEnd(line, begun, line.endsWith('gateway') ? elsewhere : { home, env });
        continue;
      }
      const { code, stdout, stderr } = await cli(argumentsOf(line.replace('18800', String(launcher.port))), {
        home,
        env,
      });
      // Nobody sits at a terminal here, which some of them want.
      const isFine = [0, 1, 3, 75].includes(Number(code)) || (code === 2 && /terminal/.test(stderr));
      expect(isFine, `${line}: ${code}\n${stdout}${stderr}`).toBe(true);
      expect(stderr, line).not.toMatch(/^ {4}at /m);
    }
  }
});

it('so does every example of the launcher’s own help', async () => {
  const { stdout } = await cli(['--help'], { home: freshHome() });
  const lines = examplesIn(stdout);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    const [launcherPort, gatewayPort] = [String(await freePort()), String(await freePort())];
    const env = { PICOCLAW_LAUNCHER_PORT: launcherPort, PICOCLAW_GATEWAY_PORT: gatewayPort };
    await beginAndEnd(line.replace('8080', launcherPort), /^ {2}Logs/m, { home: freshHome(), env });
  }
});
