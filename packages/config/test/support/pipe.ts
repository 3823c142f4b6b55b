import { execFileSync } from 'node:child_process';

/** Makes named pipes, which a careless reader would wait for for ever. */
export function makePipes(...files: string[]): void {
  execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', ...files]);
}
