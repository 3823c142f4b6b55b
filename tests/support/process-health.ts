import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** How many descriptors a process has open. */
export const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** How many of them are sockets; files may stay open for the next who asks for them. */
export function sockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((descriptor) => {
    try {
      return readlinkSync(`${folder}/${descriptor}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

/** The memory that a process really has, in MiB. */
export const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** What nobody expected: exceptions, rejections, warnings of Node, and answers that say so. */
const UNEXPECTED =
  /"level":"(?:error|fatal)"|^\d\d:\d\d:\d\d (?:error|fatal) |uncaught|unhandled|Warning: |internal_error|^\s+at .+:\d+:\d+/i;

/** The lines of a home's logs, and of what its processes printed, that nobody expected. */
export function complaints(home: string, ...printed: readonly string[]): string[] {
  const folder = join(home, 'logs');
  const logs = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  return [...logs, ...printed].flatMap((text) => text.split('\n').filter((line) => UNEXPECTED.test(line)));
}
