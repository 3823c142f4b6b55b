import { PicoPath } from '@picoclaw/protocol';

/** An address as a WebSocket client opens it, or why a text is none. */
export type GivenUrl =
  | { readonly ok: true; readonly url: URL; readonly isConverted: boolean }
  | { readonly ok: false; readonly reason: string };

const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' };

/** Reads `--url`: http becomes ws, and what does not end in the path of the chat is what it lies behind. */
export function parseGivenUrl(text: string): GivenUrl {
  const refuse = (reason: string): GivenUrl => ({ ok: false, reason });
  if (!/^[a-z]+:\/\//i.test(text)) return refuse(`"${text}" has no scheme: write ws://${text}`);
  if (!URL.canParse(text)) return refuse(`"${text}" is no address.`);
  const url = new URL(text);
  const scheme = SCHEMES[url.protocol];
  if (scheme === undefined)
    return refuse(`An address begins with ws://, wss://, http:// or https://, not ${url.protocol}//`);
  // It would stand in the history of the shell and in the list of processes.
  if (url.searchParams.has('token') || url.password !== '' || url.username !== '') {
    return refuse('Leave token and password out of the address; give the token by --token-file.');
  }
  const given = url.protocol;
  url.protocol = scheme;
  url.hash = '';
  url.pathname = chatPath(url.pathname);
  return { ok: true, url, isConverted: given !== scheme };
}

function chatPath(path: string): string {
  const bare = path.replace(/\/+$/, '');
  return bare.endsWith(PicoPath.socket) || bare.endsWith(PicoPath.socketShort) ? bare : `${bare}${PicoPath.socket}`;
}

/** Where the launcher or gateway behind the address of a chat answers over HTTP, without a slash at the end. */
export function httpBase(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol.replace('ws', 'http')}//${host}${pathname.replace(/\/pico(\/ws)?$/, '')}`;
}
