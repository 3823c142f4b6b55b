import { fingerprint } from '@picoclaw/findings';
import type { EmbeddedSecret } from '../../service/installed-unit.ts';

/** What changes in a unit, line by line; a secret shows as its fingerprint. */
export function unitDiff(
  before: string,
  after: string,
  { embedded, home }: { readonly embedded: readonly EmbeddedSecret[]; readonly home: string },
): string[] {
  const [old, fresh] = [before, after].map((text) =>
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .filter(Boolean),
  );
  const only = (lines: readonly string[] = [], others: readonly string[] = []) =>
    lines.filter((line) => !others.includes(line));
  const masked = (line: string) =>
    embedded.reduce(
      (text, { value }) => text.replaceAll(value.reveal(), `[secret, fingerprint ${fingerprint(value, home)}]`),
      line,
    );
  return [...only(old, fresh).map((line) => `- ${masked(line)}`), ...only(fresh, old).map((line) => `+ ${line}`)];
}
