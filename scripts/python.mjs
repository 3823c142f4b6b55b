import { spawnSync } from 'node:child_process';
import { isProgram, onPath } from './apt.mjs';

/** The path of a Python with `websockets`: named by PYTHON_PATH, on the PATH, or where Debian puts it. */
export function findPython() {
  return [process.env.PYTHON_PATH, ...onPath(['python3']), '/usr/bin/python3'].find(
    (path) => path !== undefined && isProgram(path) && spawnSync(path, ['-c', 'import websockets']).status === 0,
  );
}

/** Ends the process: there is none, and no way to get one. */
export function missingPython() {
  console.error('No Python with the websockets package: install both, or name that Python in PYTHON_PATH.');
  return process.exit(1);
}
