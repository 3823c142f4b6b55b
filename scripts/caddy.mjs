import { isProgram, onPath } from './apt.mjs';

/** The path of a Caddy on this machine: named by CADDY_PATH, on the PATH, or where Debian puts it. */
export function findCaddy() {
  return [process.env.CADDY_PATH, ...onPath(['caddy']), '/usr/bin/caddy'].find(isProgram);
}
