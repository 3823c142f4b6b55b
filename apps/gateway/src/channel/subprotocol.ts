import { Subprotocol, selectSubprotocol } from '@picoclaw/protocol';

/** What the channel speaks besides carrying tokens. */
const SPOKEN: readonly string[] = [Subprotocol.v1, Subprotocol.v2];

/** The subprotocol of the reply, or `undefined` for none; never one that the channel does not speak. */
export function chooseSubprotocol(offered: Iterable<string>): string | undefined {
  const usable = [...offered].filter((name) => SPOKEN.includes(name) || name.startsWith(Subprotocol.tokenPrefix));
  return selectSubprotocol(usable);
}
