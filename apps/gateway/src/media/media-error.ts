const MESSAGES = {
  storage_failed: 'a file could not be stored',
  too_large: 'a file is larger than what is kept',
} as const;

/** A file could not be stored, and nothing of it is left; match the code. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  readonly code: keyof typeof MESSAGES;

  constructor(code: keyof typeof MESSAGES, options?: ErrorOptions) {
    super(MESSAGES[code], options);
    this.code = code;
  }
}

/** Awaits what the disk does; its faults are `storage_failed`, those of whoever sends the bytes stay what they are. */
export async function storing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new MediaError('storage_failed', { cause });
  }
}
