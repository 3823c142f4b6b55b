/** dist/gateway.js: what launchers start as their gateway. */
import { fileURLToPath } from 'node:url';
import { runProgram } from './program/run-program.ts';

runProgram(fileURLToPath(new URL('gateway.cjs', import.meta.url)));
