import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { commandLine, planEnvironment, type ServicePlan } from './plan.ts';
import { quoteWord } from './systemd-words.ts';

/** The section that systemd leaves to others. */
export const OWN_SECTION = 'X-PicoClaw';

/**
 * The unit of a service for systemd. Throws `CliError` for a program that systemd would refuse.
 * `MemoryDenyWriteExecute` is left out for good: Node compiles at run time and would die at once.
 */
export function renderSystemdUnit(plan: ServicePlan): string {
  const other = plan.kind === 'launcher' ? 'After=picoclaw-gateway.service' : 'Before=picoclaw-launcher.service';
  return `# Written by: picoclaw-launcher service install. Holds no secrets: they stand in the files of the configuration.
[Unit]
Description=PicoClaw ${plan.kind}
${other}
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
ExecStart=${execStart(commandLine(plan))}
${environmentLines(plan)}
Restart=on-failure
RestartSec=2
# 75: it runs already. 78: the operator must act; another start would end the same way.
RestartPreventExitStatus=75 78
UMask=0077
NoNewPrivileges=yes
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=default.target

[${OWN_SECTION}]
TemplateVersion=${plan.templateVersion}
`;
}

/** Arguments are quoted words in which `$` begins a variable; in the program's own path it does not. */
function execStart([program, ...args]: readonly [string, ...string[]]): string {
  if (/["'\\]/.test(program)) {
    const hint = 'Install Node in another folder, such as /usr/local.';
    throw new CliError(ExitCode.operator, `systemd starts no program with quotes in its path: ${program}`, hint);
  }
  // The colon switches variables off for the whole line (systemd 244); only then is a `$` in the first word kept.
  const isLiteral = program.includes('$');
  const quote = (word: string) => quoteWord(isLiteral ? word : word.replaceAll('$', '$$$$'));
  return [quoteWord(isLiteral ? `:${program}` : program), ...args.map(quote)].join(' ');
}

function environmentLines(plan: ServicePlan): string {
  const pairs = Object.entries(planEnvironment(plan));
  return pairs.map(([name, value]) => `Environment=${quoteWord(`${name}=${value}`)}`).join('\n');
}
