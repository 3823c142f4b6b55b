import type { GivenToken } from './given-token.ts';
import type { Way } from './way.ts';

/** A program for a shell that goes a way: it gets the token from where it is, so that it is never printed. */
export function snippet(way: Way, given: GivenToken | undefined): string {
  return [
    tokenLine(way, given),
    `npx --yes wscat -w 5 ${presenting(way)} \\`,
    `  --execute '{"type":"message.send","payload":{"content":"/echo hello"}}'`,
  ].join('\n');
}

function tokenLine({ token }: Way, given: GivenToken | undefined): string {
  if (token !== 'given') return `PICOCLAW_TOKEN="$(picoclaw-launcher token show --${token} --yes)"`;
  return given?.file === undefined
    ? 'read -r PICOCLAW_TOKEN # type or paste it'
    : `PICOCLAW_TOKEN="$(cat ${quoted(given.file)})"`;
}

function presenting({ url, method }: Way): string {
  if (method === 'subprotocol') return `--subprotocol "token.$PICOCLAW_TOKEN" --connect ${quoted(url)}`;
  if (method === 'bearer') return `--header "Authorization: Bearer $PICOCLAW_TOKEN" --connect ${quoted(url)}`;
  return `--connect ${quoted(`${url}${url.includes('?') ? '&' : '?'}token=`)}"$PICOCLAW_TOKEN"`;
}

/** One word for a POSIX shell, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
