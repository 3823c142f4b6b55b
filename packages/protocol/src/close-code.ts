/** The one table of WebSocket close codes; 1004–1006 and 1015 cannot be sent, browsers may send only 1000 and 3000–4999. */
export const CloseCode = {
  normal: 1000,
  shutdown: 1001,
  invalidData: 1007,
  policyViolation: 1008,
  tooLarge: 1009,
  internalError: 1011,
  restart: 1012,
  tryAgainLater: 1013,
  sessionEnded: 4001,
  tokenRotated: 4001,
  forbidden: 4003,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** The reason text that goes with each entry of {@link CloseCode}; people read it, programs match the code. */
export const CloseReason = {
  normal: 'done',
  shutdown: 'shutting down',
  invalidData: 'text is not valid UTF-8',
  policyViolation: 'policy violation',
  tooLarge: 'message too large',
  internalError: 'internal error',
  restart: 'restarting',
  tryAgainLater: 'too slow or full, try again later',
  sessionEnded: 'session ended',
  tokenRotated: 'token rotated',
  forbidden: 'forbidden',
} as const satisfies Record<keyof typeof CloseCode, string>;

const final: readonly number[] = [
  CloseCode.normal,
  CloseCode.policyViolation,
  CloseCode.sessionEnded,
  CloseCode.forbidden,
];

/** Says whether a client may dial again after the server closed with this code (any number, also 1005 and 1006). */
export function mayReconnect(code: number): boolean {
  return !final.includes(code);
}
