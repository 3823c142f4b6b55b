import { pressInChat } from './chat-state.ts';
import type { Key } from './keys.ts';
import { layoutOf } from './layout.ts';
import { pressInLogs } from './logs-state.ts';
import { charactersOf } from './text-width.ts';
import { type OrderName, PANES, type Pane, type TuiCommand, type TuiState } from './tui-state.ts';

/** The state after a key, and what it asks for. */
export interface Pressed {
  readonly state: TuiState;
  readonly commands: readonly TuiCommand[];
}

const ORDER_KEYS: Readonly<Record<string, OrderName>> = { s: 'start', x: 'stop', r: 'restart', c: 'reload' };

/** What a key does: first what it means everywhere, then to a line that is being typed, then to the pane. */
export function press(state: TuiState, key: Key): Pressed {
  if (key.name === 'ctrl-c') return { state, commands: [{ type: 'quit' }] };
  if (key.name === 'ctrl-l') return { state, commands: [{ type: 'repaint' }] };
  if (isHurried(state, key)) return charactersOf(key.text).reduce(pressNext, { state, commands: [] });
  if (state.isStopAsked) return answerStop(state, key);
  const pane = paneOf(state.pane, key);
  if (pane !== undefined) return { state: showPane(state, pane), commands: [] };
  if (!isTyping(state) && key.text === 'q') return { state, commands: [{ type: 'quit' }] };
  const chosen = isTyping(state) ? undefined : PANES[Number(key.text || 0) - 1];
  return chosen === undefined ? pressInPane(state, key) : { state: showPane(state, chosen), commands: [] };
}

/** Whether keys go into a line. */
function isTyping({ pane, chat, logs }: TuiState): boolean {
  return (pane === 'chat' && chat.isWriting) || (pane === 'logs' && logs.searching !== undefined);
}

/**
 * Keys that came at once and are one each; in the chat several characters are text, unless they are a pane and a key
 * for it.
 */
function isHurried(state: TuiState, { name, text }: Key): boolean {
  if (name !== 'text' || text.length < 2) return false;
  if (state.isStopAsked) return true;
  if (isTyping(state)) return false;
  return state.pane !== 'chat' || /^[123].$/.test(text);
}

function pressNext({ state, commands }: Pressed, text: string): Pressed {
  const next = press(state, { name: 'text', text });
  return { state: next.state, commands: [...commands, ...next.commands] };
}

function paneOf(pane: Pane, { name }: Key): Pane | undefined {
  const step = { tab: 1, 'shift-tab': -1 }[name];
  if (step !== undefined) return PANES[(PANES.indexOf(pane) + step + PANES.length) % PANES.length];
  const digit = /^alt-([123])$/.exec(name)?.[1];
  return digit === undefined ? undefined : PANES[Number(digit) - 1];
}

function showPane(state: TuiState, pane: Pane): TuiState {
  const { outcome: _seen, ...rest } = state;
  return { ...rest, pane };
}

function answerStop(state: TuiState, key: Key): Pressed {
  const answered = { ...state, isStopAsked: false };
  return key.text === 'y' || key.text === 'Y' ? begin(answered, 'stop') : { state: answered, commands: [] };
}

function pressInPane(state: TuiState, key: Key): Pressed {
  const layout = layoutOf(state.size);
  if (state.pane === 'chat') {
    const pressed = pressInChat(state.chat, key, { width: layout.width, rows: layout.messages });
    if (pressed === undefined) return { state, commands: [] };
    return {
      state: { ...state, chat: pressed.chat },
      commands: pressed.command === undefined ? [] : [pressed.command],
    };
  }
  if (state.pane === 'logs') {
    return { state: { ...state, logs: pressInLogs(state.logs, key, layout.log) ?? state.logs }, commands: [] };
  }
  const name = ORDER_KEYS[key.text];
  // One order at a time: the next one waits for how this one ends.
  if (name === undefined || state.order !== undefined) return { state, commands: [] };
  return name === 'stop' ? { state: { ...state, isStopAsked: true }, commands: [] } : begin(state, name);
}

function begin(state: TuiState, name: OrderName): Pressed {
  const { outcome: _before, ...rest } = state;
  return { state: { ...rest, order: { name, since: state.now } }, commands: [{ type: 'order', name }] };
}
