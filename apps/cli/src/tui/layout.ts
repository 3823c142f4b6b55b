import type { Size } from './tui-state.ts';

/** How many rows each part of the screen has. */
export interface Layout {
  readonly width: number;
  readonly header: number;
  readonly pane: number;
  /** The part of the chat pane that shows messages. */
  readonly messages: number;
  /** The part of the log pane that shows lines. */
  readonly log: number;
}

const HEADER = 3;
const FOOTER = 2;
/** Banner and line of the chat; the row below the log that says what is left out. */
const CHAT_FOOT = 2;
const LOG_FOOT = 1;

/** Divides a terminal; one that is too small shows the upper part of it. */
export function layoutOf({ columns, rows }: Size): Layout {
  const pane = Math.max(CHAT_FOOT + 1, rows - HEADER - FOOTER);
  return { width: Math.max(20, columns), header: HEADER, pane, messages: pane - CHAT_FOOT, log: pane - LOG_FOOT };
}
