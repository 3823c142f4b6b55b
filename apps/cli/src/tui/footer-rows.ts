import { plainLine } from '@picoclaw/log';
import { duration } from './header-rows.ts';
import { cutRow, type Row, rowOf } from './row.ts';
import type { OrderName, TuiState } from './tui-state.ts';

const DOING: Readonly<Record<OrderName, string>> = {
  start: 'Starting the gateway',
  stop: 'Stopping the gateway',
  restart: 'Restarting the gateway',
  reload: 'Having the gateway read its configuration',
};

/** What is below every pane: what is going on, and the keys. */
export function footerRows(state: TuiState, width: number): Row[] {
  return [noticeRow(state), rowOf(keysOf(state), 'dim')].map((row) => cutRow(row, width));
}

function noticeRow({ order, outcome, isStopAsked, now }: TuiState): Row {
  if (isStopAsked) return rowOf('Stop the gateway? y stops it, any other key does not.', 'warn');
  if (order !== undefined) return rowOf(`${DOING[order.name]} … ${duration(now - order.since)}`, 'accent');
  if (outcome === undefined) return [];
  return rowOf(plainLine(outcome.text), outcome.isOk ? 'good' : 'bad');
}

/** The keys that do something now, the most wanted first: a narrow terminal shows the beginning. */
export function keysOf({ pane, chat, logs }: TuiState): string {
  if (pane === 'chat' && chat.isWriting) {
    return 'Enter send · Esc leave line · Tab panes · PgUp/PgDn scroll · Ctrl-C quit · Ctrl-X stop the answer · ↑↓ earlier';
  }
  if (pane === 'logs' && logs.searching !== undefined) return 'Enter keep the search · Esc give it up · Ctrl-C quit';
  if (pane === 'chat') return 'Enter or type to write · 1 2 3 Tab panes · PgUp/PgDn scroll · q quit';
  if (pane === 'logs') return 'PgUp/PgDn End scroll · l level · / search · 1 2 3 Tab panes · q quit · ←→ sideways';
  return 's start · x stop · r restart · c reload · 1 2 3 Tab panes · q quit';
}
