import { isAbsolute } from 'node:path';

declare const checked: unique symbol;

/** A path from the root that any service manager can write down: no control characters, no newlines. */
export type AbsolutePath = string & { readonly [checked]: 'AbsolutePath' };

/** Whether a text is such a path. */
export function isAbsolutePath(text: string): text is AbsolutePath {
  return isAbsolute(text) && !/[\p{Cc}\p{Cs}]/u.test(text);
}
