const MAX_LINES = 8;
const MAX_CHARACTERS = 240;
// What a foreign file or process put there must not steer the terminal that shows it.
const CONTROL = /\p{Cc}|\p{Bidi_Control}/gu;

/** Evidence that fits on a screen: few lines, each short, and none that could steer a terminal. */
export function boundEvidence(lines: readonly string[]): string[] {
  const shown = lines.slice(0, lines.length > MAX_LINES ? MAX_LINES - 1 : MAX_LINES).map(oneLine);
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `… and ${more} more`] : shown;
}

function oneLine(text: string): string {
  const characters = [...text.replace(CONTROL, ' ').trim()];
  return characters.length <= MAX_CHARACTERS
    ? characters.join('')
    : `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`;
}
