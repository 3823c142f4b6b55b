import { boundEvidence, type Finding } from '@picoclaw/findings';
import { type CurrentProcess, currentProcess, inspectProcess, type PidFileState, type PidRecord } from '@picoclaw/pid';

interface World {
  readonly inspect?: typeof inspectProcess;
  readonly self?: CurrentProcess;
}

/** A pid file that speaks of a gateway that is gone: `stale-pid-file`, or `pid-reused` when its pid is another process now. */
export function checkPidFile(pidFile: PidFileState, path: string, world: World = {}): Finding[] {
  if (pidFile.state === 'invalid') return [invalid(path, pidFile.reason)];
  if (pidFile.state !== 'stale') return [];
  const { record, reason } = pidFile;
  const evidence = boundEvidence([
    path,
    reason,
    `recorded: pid ${record.pid}, ${record.startedAt ?? 'start not recorded'}`,
  ]);
  const fix = 'picoclaw-launcher doctor --repair removes the file; so does the next start of the gateway';
  return isReused(record, world)
    ? [
        {
          code: 'pid-reused',
          severity: 'warn',
          message: `The pid file names pid ${record.pid}, which is another process by now.`,
          evidence,
          fix,
        },
      ]
    : [
        {
          code: 'stale-pid-file',
          severity: 'warn',
          message: 'The pid file was left behind by a gateway that is gone.',
          evidence,
          fix,
        },
      ];
}

const invalid = (path: string, reason: string): Finding => ({
  code: 'stale-pid-file',
  severity: 'warn',
  message: 'The pid file is none that a gateway has written.',
  evidence: boundEvidence([path, reason]),
  fix: 'picoclaw-launcher doctor --repair removes it where it is a file of yours; else look what it is',
});

function isReused(record: PidRecord, { inspect = inspectProcess, self = currentProcess() }: World): boolean {
  const isHere = record.pidNamespace === undefined || record.pidNamespace === self.pidNamespace;
  const isOfThisBoot = record.bootId === undefined || record.bootId === self.bootId;
  if (!isHere || !isOfThisBoot) return false;
  const found = inspect(record.pid);
  // The same process, whose record is wrong in something else, is not a reused pid.
  return found.exists && (record.startTime === undefined || found.startTime !== record.startTime);
}
