import { type Environment, type Paths, readEnvironment, resolvePaths } from '@picoclaw/config';
import { createColors } from 'picocolors';

/** What a command works with; nothing of it is read before it is asked for. */
export interface CliContext {
  readonly environment: Environment;
  readonly paths: Paths;
  /** Whether a person looks at what is printed: only then progress and questions. */
  readonly isTerminal: boolean;
  /** That, and neither `NO_COLOR` nor a terminal that knows none (`TERM=dumb`). */
  readonly hasColours: boolean;
  /** Prints a line of the answer. */
  print(line?: string): void;
  /** Prints a line that is not part of the answer: progress, warnings, questions. */
  note(line: string): void;
}

/** The context of a process that a person or a script has started. Reading its environment throws `ConfigError`. */
export function createContext({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process): CliContext {
  let environment: Environment | undefined;
  const read = () => {
    environment ??= readEnvironment();
    return environment;
  };
  return {
    get environment() {
      return read();
    },
    get paths() {
      return resolvePaths({}, read());
    },
    isTerminal: stdout.isTTY === true,
    hasColours: stdout.isTTY === true && createColors().isColorSupported,
    print: (line = '') => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
  };
}
