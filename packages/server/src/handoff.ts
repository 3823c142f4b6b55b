/**
 * What a launcher and the gateway that it has started say to each other about sockets that are handed over the IPC channel
 * between them (performance.md, "Socket handoff"). Only the parent can write there, so the gateway trusts it.
 */

/** An upgrade that has passed every gate, sent along with its accepted socket. */
export interface HandedUpgrade {
  readonly kind: 'socket';
  /** Names it in the reports; unique for as long as the launcher runs. */
  readonly id: number;
  /** By whose right it is open; those without one are ended by the gateway alone. */
  readonly holder?: string | undefined;
  /** When that right ends by itself. */
  readonly endsInMs?: number | undefined;
  readonly url: string;
  /** Made anew by the launcher: no cookie and no token of the client is in it. */
  readonly headers: Readonly<Record<string, string>>;
  /** What came behind the request, Base64. */
  readonly head: string;
  /** Selected when the gateway selects none, for clients that insist on one. */
  readonly fallbackSubprotocol?: string | undefined;
}

/** What the launcher asks for. */
export type HandoffOrder =
  | HandedUpgrade
  /** Their sockets are to be closed, also those that are not open yet. */
  | { readonly kind: 'end'; readonly holders: readonly string[]; readonly code: number; readonly reason: string }
  /** The launcher has answered the client itself. */
  | { readonly kind: 'drop'; readonly id: number };

/** What became of handed sockets since the last report; each is `opened` or `refused` once at most, and `closed` once. */
export interface HandoffReport {
  readonly kind: 'sockets';
  readonly opened: readonly number[];
  /** Ids with the status that the gateway has answered. */
  readonly refused: readonly (readonly [id: number, status: number])[];
  readonly closed: readonly number[];
}

const ORDERS = ['socket', 'end', 'drop'];

/** Whether a message from the launcher is one of these orders. */
export const isHandoffOrder = (message: unknown): message is HandoffOrder => ORDERS.includes(kindOf(message));

/** Whether a message from the gateway is a report on sockets. */
export const isHandoffReport = (message: unknown): message is HandoffReport => kindOf(message) === 'sockets';

const kindOf = (message: unknown): string => String((message as { kind?: unknown } | null)?.kind);
