import { plainLine } from './plain-line.ts';

/** What a longer line is cut to, its mark included. */
export const MAX_LINE_CHARACTERS = 8_192;

const NAME = '(?:access_|refresh_|id_|auth_)?token|api[_-]?key|secret|password|passwd';

/** What gateways that are not ours print of credentials; each pattern keeps its first group. */
const SECRETS = [
  // `?token=…`, and fields of log lines, quoted or not, also within JSON.
  new RegExp(String.raw`(?<![\w-])((?:${NAME})=\\?["']?)[^\s&"'\\#<>]+`, 'gi'),
  new RegExp(String.raw`("(?:${NAME}|authorization|cookie|set-cookie)"\s*:\s*")(?:[^"\\]|\\.)+`, 'gi'),
  /(\b(?:authorization["']?\s*[:=]\s*\\?["'[]?(?:bearer|basic|token)|bearer(?=\s+\S{16}))\s+)[^\s"'\\,\]]+/gi,
  /(\bsec-websocket-protocol["']?\s*[:=]\s*\\?["']?)[^\s"'\\][^"'\\]*/gi,
  /(\bpicoclaw_launcher_auth(?:_\d+)?=)[^\s;"'\\]+/gi,
  // The composed token, and the keys of model providers.
  /(\bpico-)[0-9a-f]{32}\.[^\s"'\\,]*/gi,
  /(\bsk-)[\w-]{16,}/g,
];

/** One line of text, with nothing that a terminal or a viewer would obey and no credential that looks like one. */
export function safeLine(line: string): string {
  const isCut = line.length > MAX_LINE_CHARACTERS;
  // First to its length, so that nobody's output decides how long this takes.
  let safe = plainLine(line.slice(0, MAX_LINE_CHARACTERS));
  for (const secret of SECRETS) safe = safe.replace(secret, '$1[secret]');
  if (!isCut && safe.length <= MAX_LINE_CHARACTERS) return safe;
  // Half a character would be none.
  return `${safe.slice(0, MAX_LINE_CHARACTERS - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
