export type { Log, LogOptions } from './log.ts';
export { createLog, logFileStream } from './log.ts';
