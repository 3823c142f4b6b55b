import { stripVTControlCharacters } from 'node:util';

/**
 * Controls but the tab, line ends that only some viewers know, and the marks that turn the direction of text or hide in it
 * (Unicode TR 36, 2.5; "Trojan source"). What joins letters and emoji, U+200C and U+200D, stays.
 */
const MISLEADING = /[^\P{Cc}\t]|[\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** One line of text as it is, but with nothing that a terminal or a viewer would obey. */
export function plainLine(line: string): string {
  return stripVTControlCharacters(line).replace(MISLEADING, '');
}
