import type { Finding } from '@picoclaw/findings';
import type { Installed } from './install.ts';
import type { ServiceState } from './manager.ts';
import type { ServiceStatus } from './service-status.ts';

const OUTCOMES = {
  stored: 'was stored in',
  replaced: 'replaced another one in',
  unchanged: 'stands already in',
  reference: 'differs and was NOT stored: a reference stays in',
} as const;
const TOKENS = {
  launcher: 'launcher token',
  channel: 'channel token',
  'pico-client': 'token of the Pico client',
} as const;

/** What an installation did, in lines. */
export function describeInstalled({ kind, unit, changed, tokens, state, notStarted, warnings }: Installed): string[] {
  return [
    `The service of the ${kind} ${changed ? 'is installed' : 'was installed already'}: ${unit}`,
    ...tokens.map(
      ({ purpose, from, place, outcome }) => `The ${TOKENS[purpose]} of ${from} ${OUTCOMES[outcome]} ${place}.`,
    ),
    ...(state === undefined ? [] : [`It ${describeState(state)}.`]),
    ...(notStarted === undefined
      ? []
      : [`It was not started: ${notStarted.reason}. It starts with the manager; by hand:`, `  ${notStarted.byHand}`]),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
}

/** What a service does, as the end of a sentence. */
export function describeState(state: ServiceState): string {
  switch (state.state) {
    case 'running':
      return `runs${state.pid === undefined ? '' : `, pid ${state.pid}`}${state.since === undefined ? '' : `, since ${state.since}`}`;
    case 'restarting':
      return `failed${codeText(state.exitCode)} and is about to be started again`;
    case 'failed':
      return `failed${codeText(state.exitCode)}${state.since === undefined ? '' : `, at ${state.since}`}`;
    case 'stopped':
      return 'does not run';
    case 'unknown':
      return `cannot be asked: ${state.reason}`;
  }
}

/** A service, in lines. */
export function describeStatus({ kind, unit, isInstalled, isEnabled, restart, state }: ServiceStatus): string[] {
  if (!isInstalled) return [`${kind}: not installed`];
  return [
    `${kind}: ${describeState(state)}`,
    `  unit      ${unit}`,
    `  starts    ${isEnabled ? 'at sign-in' : 'when it is told to'}`,
    `  restarts  ${restart}`,
  ];
}

/** A service, for programs; documented in docs/cli.md. */
export function statusJson({ kind, manager, unit, isInstalled, isEnabled, restart, state }: ServiceStatus) {
  return { kind, manager, unit, installed: isInstalled, enabled: isEnabled, restart, ...stateJson(state) };
}

/** What an installation did, for programs. */
export function installedJson({ kind, manager, unit, changed, tokens, state, notStarted, warnings }: Installed) {
  return {
    ...{ kind, manager, unit, changed, tokens, warnings },
    ...(state && stateJson(state)),
    ...(notStarted && { not_started: notStarted.reason, by_hand: notStarted.byHand }),
  };
}

/** A finding, in lines. */
export function describeFinding({ code, severity, message, evidence, fix }: Finding): string[] {
  return [`${severity}  ${code}  ${message}`, ...evidence.map((line) => `    ${line}`), `  fix: ${fix}`];
}

function stateJson(state: ServiceState) {
  const { exitCode, ...rest } = { exitCode: undefined, ...state };
  return { ...rest, ...(exitCode !== undefined && { exit_code: exitCode }) };
}

const codeText = (code: number | undefined) => (code === undefined ? '' : ` with exit code ${code}`);
