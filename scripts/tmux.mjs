import { isProgram, onPath } from './apt.mjs';

/** The path of a tmux on this machine. */
export const findTmux = () => onPath(['tmux']).find(isProgram);

/** Ends the process: there is none, and no way to get one. */
export function missingTmux() {
  console.error('No tmux could be installed: install tmux 3 or newer.');
  return process.exit(1);
}
