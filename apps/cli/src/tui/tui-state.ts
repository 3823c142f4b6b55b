import type { PicoSnapshot } from '@picoclaw/client';
import { type ChatCommand, type ChatState, emptyChat } from './chat-state.ts';
import type { Facts } from './facts.ts';
import { addLines, emptyLogs, type LogsState } from './logs-state.ts';

/** The panes, in the order of their keys. */
export const PANES = ['chat', 'logs', 'gateway'] as const;
export type Pane = (typeof PANES)[number];

/** What can be done with the gateway. */
export type OrderName = 'start' | 'stop' | 'restart' | 'reload';

/** What became of an order. */
export interface OrderOutcome {
  readonly isOk: boolean;
  readonly text: string;
  readonly hint?: string;
}

/** Columns and rows of the terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Everything that is on the screen. */
export interface TuiState {
  readonly pane: Pane;
  readonly size: Size;
  /** Unix ms. */
  readonly now: number;
  readonly facts: Facts;
  readonly chat: ChatState;
  readonly logs: LogsState;
  readonly order?: { readonly name: OrderName; readonly since: number };
  readonly outcome?: OrderOutcome;
  /** Waits for a yes. */
  readonly isStopAsked: boolean;
}

/** What happens, other than keys. */
export type TuiEvent =
  | { readonly type: 'facts'; readonly facts: Facts }
  | { readonly type: 'chat'; readonly snapshot: PicoSnapshot }
  | { readonly type: 'chat_problem'; readonly problem: string | undefined }
  | { readonly type: 'lines'; readonly lines: readonly string[] }
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'order_done'; readonly outcome: OrderOutcome };

/** What a key asks the program to do. */
export type TuiCommand =
  | ChatCommand
  | { readonly type: 'order'; readonly name: OrderName }
  | { readonly type: 'repaint' }
  | { readonly type: 'quit' };

/** How it begins. */
export function initialState(size: Size, now: number): TuiState {
  return {
    ...{ pane: 'chat', size, now, chat: emptyChat, logs: emptyLogs, isStopAsked: false },
    facts: { launcher: { state: 'unknown' }, gateway: { state: 'unknown' } },
  };
}

/** What happens to the state. */
export function reduce(state: TuiState, event: TuiEvent): TuiState {
  switch (event.type) {
    case 'facts':
      return { ...state, facts: event.facts };
    case 'chat':
      return { ...state, chat: { ...state.chat, snapshot: event.snapshot } };
    case 'chat_problem': {
      const { problem: _solved, ...chat } = state.chat;
      return { ...state, chat: event.problem === undefined ? chat : { ...chat, problem: event.problem } };
    }
    case 'lines':
      return { ...state, logs: addLines(state.logs, event.lines) };
    case 'resized':
      return { ...state, size: event.size };
    case 'tick':
      return { ...state, now: event.now };
    case 'order_done': {
      const { order: _done, ...rest } = state;
      return { ...rest, outcome: event.outcome };
    }
  }
}
