import type { Secret } from '@picoclaw/auth';
import { type HttpAnswer, httpJson } from './http-json.ts';

/** Asks a launcher who it is, and with a token whether that opens it. */
export type AskLauncher = (token?: Secret) => Promise<HttpAnswer>;

/** Asks about each token once: a wrong one costs a sign-in attempt, of which this machine has few in a minute. */
export function createAskLauncher(url: string, { timeoutMs }: { readonly timeoutMs?: number } = {}): AskLauncher {
  const asked: { readonly token: Secret | undefined; readonly answer: Promise<HttpAnswer> }[] = [];
  return (token) => {
    const before = asked.find((one) => (token === undefined ? one.token === undefined : one.token?.equals(token)));
    if (before !== undefined) return before.answer;
    const answer = httpJson(`${url}/api/auth/status`, { token, ...(timeoutMs !== undefined && { timeoutMs }) });
    asked.push({ token, answer });
    return answer;
  };
}
