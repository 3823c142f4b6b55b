import { SESSION_PARAMETER } from '@picoclaw/protocol';

/** The address of a session's socket: an http(s) address becomes ws(s); `after` asks `pico.v2` for what came later. */
export function picoUrl(url: string | URL, session: { id: string; after?: number | undefined }): string {
  const target = new URL(url);
  if (target.protocol === 'http:') target.protocol = 'ws:';
  if (target.protocol === 'https:') target.protocol = 'wss:';
  target.searchParams.set(SESSION_PARAMETER, session.id);
  if (session.after !== undefined) target.searchParams.set('after', String(session.after));
  return target.href;
}
