export { createLineBatch } from './line-batch.ts';
export { createLineReader } from './lines.ts';
export type { Log, LogOptions } from './log.ts';
export { createLog, logFileStream } from './log.ts';
export type { LogTail } from './log-tail.ts';
export { createLogTail } from './log-tail.ts';
export { plainLine } from './plain-line.ts';
export { safeLine } from './safe-line.ts';
