import { appUrl } from './base-path.ts';

const publicPages = ['login', 'setup'];
// Browsers drop tabs and newlines inside an address and read `\` as `/`: neither belongs into a path that we follow.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to refuse
const suspicious = /[\u0000-\u001f\u007f\\]/;

/**
 * Where to go after signing in: `?next=` when it is a path on our own origin, else the start page.
 * Anything else would make the sign-in page a springboard to foreign sites (open redirect).
 */
export function safeNextPath(next: string | null, baseUri: string = document.baseURI): string {
  const home = new URL(appUrl('', baseUri));
  if (next === null || !next.startsWith('/') || suspicious.test(next)) return home.pathname;
  const target = URL.canParse(next, home) ? new URL(next, home) : undefined;
  // Resolving can uncover a second slash: `/x/..//host` becomes `//host`, which names another origin.
  const isForeign = target === undefined || target.origin !== home.origin || target.pathname.startsWith('//');
  if (isForeign) return home.pathname;
  const isPublicPage = publicPages.some((page) => target.pathname === new URL(page, home).pathname);
  return isPublicPage ? home.pathname : target.pathname + target.search + target.hash;
}
