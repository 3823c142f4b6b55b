/** What a caller of a hub did wrong; match the code, never the text. */
export type HubErrorCode = 'invalid_channel' | 'invalid_process_id' | 'not_serialisable' | 'invalid_identity';

/** A call that was refused as a whole: nothing has been sent. */
export class HubError extends Error {
  override readonly name = 'HubError';
  readonly code: HubErrorCode;

  constructor(code: HubErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
