import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Secret } from '@picoclaw/auth';
import { readAnswer } from './answer.ts';
import type { Observation } from './observation.ts';

const TIMEOUT_MS = 5_000;

/** Asks the launcher's API for something that only its token gets. */
export function observeApi(
  url: string,
  token: Secret,
  { timeoutMs = TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<Observation> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const authorization = `Bearer ${Buffer.from(token.reveal(), 'utf8').toString('latin1')}`;
  if (/[\p{Cc}\s]/u.test(token.reveal())) return Promise.resolve({ kind: 'skipped', why: 'token_unfit' });
  return new Promise((resolve) => {
    const request = send(url, { headers: { authorization, accept: 'application/json' }, agent: false }, (response) => {
      void readAnswer(response).then((answer) => resolve(answer.status === 200 ? { kind: 'connected' } : answer));
    });
    const timer = setTimeout(() => {
      resolve({ kind: 'failed', code: 'timeout' });
      request.destroy();
    }, timeoutMs);
    request.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: 'failed', code: error.code ?? error.name }),
    );
    request.once('close', () => clearTimeout(timer));
    request.end();
  });
}
