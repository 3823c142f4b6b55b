/** One assignment of a unit file, with the lines that it stands on. */
export interface UnitEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** Counted from 0; more than one line when they end with a backslash. */
  readonly lines: readonly number[];
}

/** A comment; people keep what they replaced in them. */
interface UnitComment {
  readonly text: string;
  readonly line: number;
}

/** What a unit file of systemd says, in its order. */
export interface UnitFile {
  readonly entries: readonly UnitEntry[];
  readonly comments: readonly UnitComment[];
}

interface LogicalLine {
  readonly text: string;
  readonly lines: readonly number[];
}

/** Parses a unit file, a drop-in, or a file of `EnvironmentFile=`. What systemd would ignore is left out. */
export function parseUnitFile(text: string): UnitFile {
  const { logical, comments } = joinLines(text.replace(/^\uFEFF/, '').split(/\r?\n/));
  const entries: UnitEntry[] = [];
  let section = '';
  for (const { text: line, lines } of logical) {
    const header = /^\[([^\]]+)\]\s*$/.exec(line.trim());
    const equals = line.indexOf('=');
    if (header?.[1] !== undefined) section = header[1];
    else if (line.slice(0, Math.max(0, equals)).trim() !== '')
      entries.push({ section, key: line.slice(0, equals).trim(), value: line.slice(equals + 1).trim(), lines });
  }
  return { entries, comments };
}

/** The values of a key that is a list; an empty assignment begins it anew. */
export function listOf({ entries }: Pick<UnitFile, 'entries'>, section: string, key: string): string[] {
  let values: string[] = [];
  for (const entry of entries) {
    if (entry.section !== section || entry.key !== key) continue;
    values = entry.value === '' ? [] : [...values, entry.value];
  }
  return values;
}

/** The value of a key that counts once: the last one. */
export function lastOf(file: Pick<UnitFile, 'entries'>, section: string, key: string): string | undefined {
  return listOf(file, section, key).at(-1);
}

/** Puts lines together that a backslash continues; comments between them do not end it. */
function joinLines(physical: readonly string[]): { logical: LogicalLine[]; comments: UnitComment[] } {
  const logical: LogicalLine[] = [];
  const comments: UnitComment[] = [];
  let open: { text: string; lines: number[] } | undefined;
  for (const [line, content] of physical.entries()) {
    if (/^\s*[#;]/.test(content)) {
      comments.push({ text: content.trim(), line });
      continue;
    }
    const lines = [...(open?.lines ?? []), line];
    const isContinued = /(?:^|[^\\])(?:\\\\)*\\$/.test(content);
    const text = `${open?.text ?? ''}${isContinued ? `${content.slice(0, -1)} ` : content}`;
    open = isContinued ? { text, lines } : undefined;
    if (!isContinued) logical.push({ text, lines });
  }
  if (open) logical.push(open);
  return { logical, comments };
}
