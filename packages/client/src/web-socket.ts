/** What the client uses of a WebSocket: the browser's, Node's own and that of the `ws` package all have it. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly protocol: string;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Only `ws` has it. */
  terminate?(): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
}

/** How a WebSocket is made; the third argument is that of `ws` and ignored by the platform's own. */
export type WebSocketConstructor = new (
  url: string,
  subprotocols: string[],
  options?: { headers: Record<string, string>; maxPayload: number },
) => WebSocketLike;

/** `readyState` of a socket that takes messages. */
export const OPEN = 1;
