import { join } from 'node:path';
import { build } from 'plist';
import { commandLine, planEnvironment, type ServicePlan } from './plan.ts';

/** The key of ours that launchd passes over. */
export const OWN_KEY = 'PicoClawTemplateVersion';

/**
 * The agent of a service for launchd. It knows no exit codes after which not to start again, so a failing service is
 * started anew no more often than twice a minute.
 */
export function renderLaunchAgent(label: string, plan: ServicePlan): string {
  const document = build({
    Label: label,
    ProgramArguments: [...commandLine(plan)],
    EnvironmentVariables: { ...planEnvironment(plan) },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 30,
    Umask: 0o077,
    // What goes wrong before there is a log; launchd throws it away otherwise.
    StandardErrorPath: join(plan.picoclawHome, 'logs', `service-${plan.kind}.log`),
    [OWN_KEY]: plan.templateVersion,
  });
  return `${document}\n`;
}
