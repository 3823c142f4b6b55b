import { plainLine } from '@picoclaw/log';
import { chatRows } from './chat-rows.ts';
import { type ChatState, firstRow } from './chat-state.ts';
import { duration, stateSpan } from './header-rows.ts';
import { type Layout, layoutOf } from './layout.ts';
import { lineWindow } from './line-edit.ts';
import { logRow } from './log-line.ts';
import { type LogsState, visibleLines, wantedLines } from './logs-state.ts';
import { cutRow, fillRows, type Row, rowOf, spread } from './row.ts';
import { wrapLine } from './text-width.ts';
import type { TuiState } from './tui-state.ts';

const PROMPT = '> ';

/** The rows of the pane that is shown: exactly as many as it has. */
export function paneRows(state: TuiState, layout: Layout = layoutOf(state.size)): Row[] {
  const panes = { chat: chatPane, logs: logsPane, gateway: gatewayPane };
  return fillRows(panes[state.pane](state, layout), layout.pane).map((row) => cutRow(row, layout.width));
}

/** Where the cursor stands, from 0; undefined when nothing is typed. */
export function cursorOf(state: TuiState): { readonly column: number; readonly row: number } | undefined {
  const { width, header, pane } = layoutOf(state.size);
  const row = header + pane - 1;
  if (state.pane === 'chat' && state.chat.isWriting && !state.isStopAsked) {
    return { row, column: PROMPT.length + lineWindow(state.chat.draft, width - PROMPT.length).column };
  }
  const { searching } = state.logs;
  if (state.pane !== 'logs' || searching === undefined) return undefined;
  return { row, column: 1 + lineWindow(searching, width - 1).column };
}

function chatPane(state: TuiState, { width, messages }: Layout): Row[] {
  const { chat } = state;
  const said = chatRows(chat.snapshot?.messages ?? [], width);
  const all = said.length === 0 ? welcome(state, width) : said;
  const from = firstRow(chat, all.length, messages);
  const below = all.length - messages - from;
  return [
    ...fillRows(all.slice(from, from + messages), messages),
    bannerRow(state, below, width),
    draftRow(chat, width),
  ];
}

function welcome({ facts }: TuiState, width: number): Row[] {
  const isUp = facts.gateway.state === 'running';
  const lines = isUp
    ? ['Type a message and press Enter. /help says what the agent knows without a model.']
    : ['Nobody answers: the gateway is not running.', 'Press 3, then s, to start it.'];
  return lines.flatMap((line) => wrapLine(line, width).map((row) => rowOf(row, 'dim')));
}

function bannerRow({ chat, facts, now }: TuiState, below: number, width: number): Row {
  const more = below > 0 ? rowOf(`${below} more below · PgDn`, 'warn') : [];
  const isOff = chat.snapshot?.connection.state === 'disconnected' && facts.gateway.state !== 'running';
  return spread(isOff ? rowOf(GATEWAY_OFF, 'warn') : connectionRow(chat, now), more, width);
}

const GATEWAY_OFF = 'The gateway is not running: the chat goes on when it runs again (3, then s).';

function connectionRow({ snapshot, problem }: ChatState, now: number): Row {
  if (snapshot === undefined) return [];
  const { connection, typing, error } = snapshot;
  const why = problem === undefined ? '' : ` ${plainLine(problem)}`;
  if (connection.state === 'disconnected') {
    const wait = Math.max(0, (connection.nextAttemptAt ?? now) - now);
    return rowOf(`Connection lost, next try in ${Math.ceil(wait / 1_000)} s.${why}`, 'warn');
  }
  if (connection.state === 'closed') return rowOf(`Disconnected.${why}`, 'bad');
  if (connection.state === 'connecting') return rowOf(`Connecting …${why}`, 'warn');
  if (error !== undefined) return rowOf(plainLine(error.message ?? error.code), 'bad');
  return typing ? rowOf('The agent is answering … Ctrl-X stops it', 'accent') : [];
}

function draftRow({ draft, isWriting }: ChatState, width: number): Row {
  if (!isWriting && draft.text === '') return rowOf(`${PROMPT}Enter to write`, 'dim');
  const { text } = lineWindow(draft, width - PROMPT.length);
  return [{ text: PROMPT, style: isWriting ? 'accent' : 'dim' }, { text }];
}

function logsPane({ logs }: TuiState, { width, log }: Layout): Row[] {
  const lines = visibleLines(logs, log);
  const { shift, search } = logs;
  const rows = lines.length > 0 ? lines.map((line) => logRow(line, { width, shift, search })) : [nothingToShow(logs)];
  return [...fillRows(rows, log), logStatus(logs, width)];
}

function nothingToShow({ lines }: LogsState): Row {
  return rowOf(
    lines.length > 0 ? 'No line is like that.' : 'The log is empty: it is written when a gateway runs.',
    'dim',
  );
}

function logStatus(logs: LogsState, width: number): Row {
  if (logs.searching !== undefined) {
    return [{ text: '/', style: 'accent' }, { text: lineWindow(logs.searching, width - 1).text }];
  }
  const wanted = wantedLines(logs);
  const { bottom } = logs;
  const below = bottom === undefined ? 0 : wanted.filter(({ number }) => number > bottom).length;
  const parts = [
    `${wanted.length} of ${logs.lines.length} lines`,
    logs.least === 'trace' ? 'all levels' : `${logs.least} and worse`,
    ...(logs.search === '' ? [] : [`with "${logs.search}"`]),
  ];
  const position =
    bottom === undefined ? rowOf('following', 'good') : rowOf(`${below} more below · End follows`, 'warn');
  return spread(rowOf(parts.join(' · '), 'dim'), position, width);
}

const LABEL_WIDTH = 12;

function gatewayPane(state: TuiState, { width, pane }: Layout): Row[] {
  const top = [...detailRows(state, width), ...outcomeRows(state, width)];
  const room = pane - top.length - 2;
  const last = visibleLines({ ...state.logs, search: '', least: 'trace', shift: 0 }, Math.max(0, room));
  const lines = last.slice(-Math.max(0, room)).map((line) => logRow(line, { width, shift: 0, search: '' }));
  return room < 1 ? top : [...top, [], rowOf('Last lines of the log', 'dim'), ...lines];
}

function detailRows({ facts: { gateway }, now }: TuiState, width: number): Row[] {
  const { address, pid, version, startedAt, model, isOwned, note, lastExit } = gateway;
  const isUp = gateway.state === 'running';
  const since =
    startedAt === undefined
      ? undefined
      : `${duration(now - startedAt)}, since ${new Date(startedAt).toLocaleString('sv')}`;
  const details: readonly (readonly [string, string | undefined])[] = [
    ['Address', address],
    ['Process', isUp && pid !== undefined ? `${pid}${version === undefined ? '' : `, version ${version}`}` : undefined],
    ['Up', isUp ? since : undefined],
    ['Model', model],
    ['Started by', isUp && isOwned !== undefined ? (isOwned ? 'the launcher' : 'somebody else') : undefined],
    ['Last end', lastExit],
    ['Note', note],
  ];
  const shown = details.flatMap(([label, value]) =>
    value === undefined ? [] : labelled(label, plainLine(value), width),
  );
  return [[{ text: 'State'.padEnd(LABEL_WIDTH), style: 'dim' }, stateSpan(gateway)], ...shown];
}

function labelled(label: string, value: string, width: number): Row[] {
  const rows = wrapLine(value, Math.max(1, width - LABEL_WIDTH));
  return rows.map((text, index) => [{ text: (index === 0 ? label : '').padEnd(LABEL_WIDTH), style: 'dim' }, { text }]);
}

/** The whole reason: the notice below the pane has one row for it. */
function outcomeRows({ outcome }: TuiState, width: number): Row[] {
  if (outcome === undefined || outcome.isOk) return [];
  const lines = [outcome.text, ...(outcome.hint === undefined ? [] : [outcome.hint])].flatMap((text) =>
    text.split('\n'),
  );
  return [[], ...lines.flatMap((line) => wrapLine(plainLine(line), width).map((row) => rowOf(row, 'bad')))];
}
