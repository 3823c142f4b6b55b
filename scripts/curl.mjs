import { isProgram, onPath } from './apt.mjs';

/** The path of a curl on this machine. */
export const findCurl = () => onPath(['curl']).find(isProgram);

/** Ends the process: there is none, and no way to get one. */
export function missingCurl() {
  console.error('No curl could be installed: install it.');
  return process.exit(1);
}
