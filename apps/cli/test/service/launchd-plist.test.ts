import fc from 'fast-check';
import { parse } from 'plist';
import { describe, expect, it } from 'vitest';
import { renderLaunchAgent } from '../../src/service/launchd-plist.ts';
import { commandLine, planEnvironment } from '../../src/service/plan.ts';
import { aPlan, hardPath } from './a-plan.ts';

describe('the agent for launchd', () => {
  it('says how to start, when to start again, and nothing else', () => {
    const plan = aPlan({ kind: 'gateway' });
    expect(parse(renderLaunchAgent('io.picoclaw.gateway', plan))).toEqual({
      Label: 'io.picoclaw.gateway',
      ProgramArguments: ['/usr/bin/node', '/opt/picoclaw/cli.js', 'gateway', 'run'],
      EnvironmentVariables: planEnvironment(plan),
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 30,
      Umask: 0o077,
      StandardErrorPath: '/home/p/.picoclaw/logs/service-gateway.log',
      PicoClawTemplateVersion: 1,
    });
  });

  it('holds any path so that it is read back as it was', () => {
    fc.assert(
      fc.property(hardPath, hardPath, hardPath, (program, script, home) => {
        const plan = aPlan({ program, script, home });
        const read = parse(renderLaunchAgent('io.picoclaw.launcher', plan));
        expect(read).toMatchObject({
          ProgramArguments: commandLine(plan),
          EnvironmentVariables: planEnvironment(plan),
        });
      }),
      { numRuns: 500 },
    );
  });
});
