/** The `code` values of an `error` frame (gateway.md); an error frame never closes the socket. */
export const ErrorCode = {
  invalidMessage: 'invalid_message',
  unknownType: 'unknown_type',
  emptyContent: 'empty_content',
  invalidMedia: 'invalid_media',
  rateLimited: 'rate_limited',
  agentFailed: 'agent_failed',
  storageFailed: 'storage_failed',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];
