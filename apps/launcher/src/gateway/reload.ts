import { setTimeout as wait } from 'node:timers/promises';
import { gatewayOrigin, type PidRecord } from '@picoclaw/pid';
import { readBoundedBody } from './bounded-body.ts';

/** What the gateway said to a reload, or why it said nothing. */
export type ReloadAnswer =
  | { readonly answered: true; readonly status: number; readonly body: unknown }
  | { readonly answered: false; readonly cause: unknown };

const TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 100;
/** Another reload is under way, which may have read the files before they were changed. */
const BUSY = 409;

/** Has a running gateway read its configuration again, and waits for the outcome. */
export async function reloadGateway(
  record: PidRecord,
  { timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<ReloadAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    for (;;) {
      const response = await fetch(`${gatewayOrigin(record)}/reload?wait=1`, {
        method: 'POST',
        headers: { authorization: `Bearer ${record.token.reveal()}` },
        redirect: 'error',
        signal,
      });
      const body: unknown = JSON.parse(Buffer.from(await readBoundedBody(response)).toString('utf8'));
      if (response.status !== BUSY) return { answered: true, status: response.status, body };
      await wait(RETRY_AFTER_MS, undefined, { signal });
    }
  } catch (cause) {
    return { answered: false, cause };
  }
}
