import highlighter from 'highlight.js/lib/common';
import type { Highlight } from './markdown-html.ts';

/** Above this it would be felt while an answer streams in. */
const MAX_CHARACTERS = 20_000;

/** Colours code in the languages that are common in answers. */
export const highlight: Highlight = (code, language) => {
  if (code.length > MAX_CHARACTERS || highlighter.getLanguage(language) === undefined) return undefined;
  return highlighter.highlight(code, { language, ignoreIllegals: true }).value;
};
