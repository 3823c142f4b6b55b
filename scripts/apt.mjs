import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * A package may bring a service that starts with it (redis-server does); Debian's policy layer is asked to leave it
 * alone, and what would start with the next boot is disabled. Each package is tried for itself: one that this release
 * does not have must not cost the others.
 */
const SCRIPT = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > "$policy" && chmod 755 "$policy" || exit 1
fi
apt-get update -q || exit 1
for package in "$@"; do
  apt-get install -y -q --no-install-recommends "$package" || continue
  if [ -d /run/systemd/system ]; then systemctl disable "$package" 2>/dev/null; fi
done
exit 0
`;

/**
 * Installs Debian packages where that is possible without asking; starts no service. Whether it worked is for the
 * caller to see by looking for the programs.
 * @param {readonly string[]} packages
 */
export function installByApt(packages) {
  if (packages.length === 0 || !isProgram('/usr/bin/apt-get')) return;
  console.error(`Installing ${packages.join(' and ')} for the tests (once) …`);
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND'];
  const [program = '', ...args] = [...prefix, 'sh', '-c', SCRIPT, 'sh', ...packages];
  spawnSync(program, args, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
}

/**
 * The paths that programs of these names would have on the PATH.
 * @param {readonly string[]} names
 */
export const onPath = (names) =>
  (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));

/** @param {string | undefined} path */
export function isProgram(path) {
  if (!path) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
