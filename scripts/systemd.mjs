import { isProgram, onPath } from './apt.mjs';

/** The path of systemd-analyze on this machine: named by SYSTEMD_ANALYZE_PATH, on the PATH, or where Debian puts it. */
export function findSystemdAnalyze() {
  const { SYSTEMD_ANALYZE_PATH } = process.env;
  return [SYSTEMD_ANALYZE_PATH, ...onPath(['systemd-analyze']), '/usr/bin/systemd-analyze'].find(isProgram);
}

/** Tells that systemd itself judges no unit in this run: unlike the others it is not to be had on every system. */
export function missingSystemdAnalyze() {
  console.error('There is no systemd-analyze: the tests that have systemd judge our units are skipped.');
  return '';
}
