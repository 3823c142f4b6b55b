import { expect } from 'vitest';
import { ConfigError } from '../../src/index.ts';

/** The error that this throws, which must be a `ConfigError`. */
export async function configErrorOf(run: () => unknown): Promise<ConfigError> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('expected a ConfigError, but nothing was thrown');
}
