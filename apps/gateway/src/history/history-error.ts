/** What was said could not be written down; match the code. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly code = 'storage_failed';
}
