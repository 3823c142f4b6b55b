import { stat } from 'node:fs/promises';
import type { Paths } from '@picoclaw/config';
import { boundEvidence, type Finding } from '@picoclaw/findings';
import type { PidFileState } from '@picoclaw/pid';

/** Clocks of file servers and containers differ by a little. */
const TOLERANCE_MS = 60_000;

/** Files or a gateway from the future: the clock was set back, or the machine has lost the time. */
export async function checkClock(
  paths: Paths,
  pidFile: PidFileState,
  { now = Date.now }: { readonly now?: () => number } = {},
): Promise<Finding[]> {
  const files = [paths.configFile, paths.securityFile, paths.launcherConfigFile, paths.pidFile];
  const written = await Promise.all(
    files.map(async (file) => [file, (await stat(file).catch(() => undefined))?.mtimeMs] as const),
  );
  const startedAt = 'record' in pidFile ? Date.parse(pidFile.record.startedAt ?? '') : Number.NaN;
  const moments = [...written, [`${paths.pidFile}: started_at`, startedAt] as const];
  const ahead = moments.flatMap(([what, at]) =>
    at !== undefined && at - now() > TOLERANCE_MS ? [`${what} is of ${new Date(at).toISOString()}`] : [],
  );
  if (ahead.length === 0) return [];
  return [
    {
      code: 'clock-skew',
      severity: 'warn',
      message: 'Files are from the future: the clock of this machine is or was wrong. Sessions and logs go by it.',
      evidence: boundEvidence([`this machine says ${new Date(now()).toISOString()}`, ...ahead]),
      fix: 'set the clock (timedatectl set-ntp true), then restart the gateway; touch the files if it was wrong only then',
    },
  ];
}
