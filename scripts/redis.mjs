import { isProgram, onPath } from './apt.mjs';

/** The path of a redis-server on this machine: named by REDIS_SERVER_PATH, on the PATH, or where Debian puts it. */
export function findRedis() {
  return [process.env.REDIS_SERVER_PATH, ...onPath(['redis-server']), '/usr/bin/redis-server'].find(isProgram);
}

/** Ends the process: there is no redis-server, and no way to get one. */
export function missingRedis() {
  console.error('No redis-server could be installed: install Redis 5 or newer, or name it in REDIS_SERVER_PATH.');
  return process.exit(1);
}
