import type { Client, ClientEvents } from '../../src/client.ts';
import type { ClientState, ClientStatus } from '../../src/client-status.ts';
import type { PicoSession, PicoSnapshot } from '../../src/pico-session.ts';

interface Stateful {
  readonly status: ClientStatus;
  on(name: 'status', listener: () => void): () => void;
}

/** Resolves at the next event of that name. */
export function next<Name extends keyof ClientEvents>(client: Client, name: Name): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    const stop = client.on(name, (event) => {
      stop();
      resolve(event);
    });
  });
}

/** Resolves as soon as the client is in that state. */
export function untilState(client: Stateful, state: ClientState): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (client.status.state !== state) return;
      stop();
      resolve();
    };
    const stop = client.on('status', look);
    look();
  });
}

/** Resolves with the first snapshot that the predicate accepts. */
export function untilSnapshot(
  session: PicoSession,
  accepts: (snapshot: PicoSnapshot) => boolean,
): Promise<PicoSnapshot> {
  return new Promise((resolve) => {
    const look = () => {
      const snapshot = session.getSnapshot();
      if (!accepts(snapshot)) return;
      stop();
      resolve(snapshot);
    };
    const stop = session.subscribe(look);
    look();
  });
}
