import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';

const NAME = 'gateway.log';

/**
 * `gateway.log` in its directory: appended to, 10 MiB, five older ones beside it, readable by its owner only.
 * Throws what the system says when the directory cannot be made.
 */
export function createLogFile(directory: string): RotatingFileStream {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, NAME);
  if (existsSync(path)) chmodSync(path, 0o600);
  const generator = (_time: number | Date, index?: number) => (index ? `${NAME}.${index}` : NAME);
  return createStream(generator, { path: directory, size: '10M', rotate: 5, mode: 0o600 });
}
