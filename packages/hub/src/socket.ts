/** What a hub needs of a socket; that of the `ws` package has all of it but `cork` and `uncork`. */
export interface HubSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Ends it at once, without a closing handshake. */
  terminate(): void;
  /** Bytes that were handed over and not yet taken by the network. */
  readonly bufferedAmount: number;
  on(event: 'message', listener: (data: unknown, isBinary?: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'pong', listener: () => void): unknown;
  /** A protocol ping; without it the hub sends a JSON one. */
  ping?(): void;
  /** All frames between the two leave in one write, where the socket can do that. */
  cork?(): void;
  uncork?(): void;
}
