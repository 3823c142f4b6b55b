import { isProgram, onPath } from './apt.mjs';

/** The path of a HAProxy on this machine: named by HAPROXY_PATH, on the PATH, or where Debian puts it. */
export function findHaproxy() {
  return [process.env.HAPROXY_PATH, ...onPath(['haproxy']), '/usr/sbin/haproxy'].find(isProgram);
}
