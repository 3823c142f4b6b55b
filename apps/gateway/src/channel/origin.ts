const HTTP_NAME: Readonly<Record<string, string>> = { 'ws:': 'http:', 'wss:': 'https:' };

/** `scheme://host[:port]` in lower case without the scheme's own port; `undefined` for what is no origin (`null`, a path, …). */
function normalizeOrigin(origin: string): string | undefined {
  if (!URL.canParse(origin)) return undefined;
  const url = new URL(origin);
  const isBare = url.pathname.replace('/', '') === '' && url.search === '' && url.hash === '' && url.username === '';
  if (!isBare || url.hostname === '') return undefined;
  // URL drops default ports; ws and http share theirs, and people write either in a list.
  return `${HTTP_NAME[url.protocol] ?? url.protocol}//${url.host}`;
}

/**
 * Whether a page of this origin may open the channel. No `Origin` at all means no browser, and an empty list allows all;
 * with a list, `null` (sandboxed frames, local files) and everything else that is not in it is refused.
 */
export function isOriginAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.length === 0 || allowed.includes('*')) return true;
  const own = normalizeOrigin(origin);
  return own !== undefined && allowed.some((entry) => normalizeOrigin(entry) === own);
}
