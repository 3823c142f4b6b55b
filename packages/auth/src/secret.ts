import { inspect } from 'node:util';
import { constantTimeEqual } from './compare.ts';

const HIDDEN = '[secret]';

/**
 * A value that must not be printed: JSON, templates, `util.inspect` and loggers all show `[secret]`.
 * `reveal()` belongs only where the bytes leave the process (a header, a file of mode 0600).
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  /** Compares in constant time, see `constantTimeEqual`. */
  equals(other: Secret | string): boolean {
    return constantTimeEqual(this.#value, typeof other === 'string' ? other : other.#value);
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
