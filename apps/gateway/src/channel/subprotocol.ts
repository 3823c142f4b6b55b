import { Subprotocol, selectSubprotocol } from '@picoclaw/protocol';

/** What the channel speaks besides carrying tokens. `pico.v2` joins the list when sessions are stored and replayed. */
const SPOKEN: readonly string[] = [Subprotocol.v1];

/** The subprotocol of the reply, or `undefined` for none; never one that the channel does not speak. */
export function chooseSubprotocol(offered: Iterable<string>): string | undefined {
  const usable = [...offered].filter((name) => SPOKEN.includes(name) || name.startsWith(Subprotocol.tokenPrefix));
  return selectSubprotocol(usable);
}
