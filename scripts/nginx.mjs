import { isProgram, onPath } from './apt.mjs';

/** The path of an nginx on this machine: named by NGINX_PATH, on the PATH, or where Debian puts it. */
export function findNginx() {
  return [process.env.NGINX_PATH, ...onPath(['nginx']), '/usr/sbin/nginx'].find(isProgram);
}

/** Ends the process: there is no nginx, and no way to get one. */
export function missingNginx() {
  console.error('No nginx could be installed: install 1.20 or newer, or name it in NGINX_PATH.');
  return process.exit(1);
}
