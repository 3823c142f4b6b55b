import type { ChatMessage } from '@picoclaw/client';
import { plainLine } from '@picoclaw/log';
import { type Row, rowOf, type SpanStyle } from './row.ts';
import { wrapLine } from './text-width.ts';

/** Messages do not change: what a message looks like is worked out once for each width. */
const cache = new WeakMap<ChatMessage, { readonly width: number; readonly rows: readonly Row[] }>();
const INDENT = '  ';

/** The rows of a chat, oldest message first, an empty one between two messages. */
export function chatRows(messages: readonly ChatMessage[], width: number): Row[] {
  return messages.flatMap((message, index) =>
    index === 0 ? messageRows(message, width) : [[], ...messageRows(message, width)],
  );
}

/** The rows of one message: who, when and how far it has come; then its text. */
function messageRows(message: ChatMessage, width: number): readonly Row[] {
  const known = cache.get(message);
  if (known?.width === width) return known.rows;
  const rows = [headOf(message), ...bodyOf(message, Math.max(1, width - INDENT.length))];
  cache.set(message, { width, rows });
  return rows;
}

const clock = (time: number) => new Date(time).toTimeString().slice(0, 5);

function headOf(message: ChatMessage): Row {
  const { author, createdAt, modelName, cancelled, delivery } = message;
  const isPerson = author === 'person';
  const parts = [modelName === undefined ? '' : plainLine(modelName), clock(createdAt), cancelled ? 'stopped' : ''];
  return [
    { text: isPerson ? 'You' : 'Agent', style: isPerson ? 'accent' : 'good' },
    { text: ` · ${parts.filter(Boolean).join(' · ')}`, style: 'dim' },
    ...(delivery === undefined
      ? []
      : [{ text: ` · ${DELIVERY[delivery]}`, style: delivery === 'failed' ? 'bad' : 'dim' } as const]),
  ];
}

const DELIVERY = {
  queued: 'waits for the connection',
  sent: 'sent',
  stored: 'delivered',
  failed: 'not delivered',
} as const;

function bodyOf(message: ChatMessage, width: number): Row[] {
  const { content, kind, placeholder, attachments = [], media = [], toolCalls = [], failure } = message;
  const isAside = kind === 'thought' || kind === 'tool_calls' || placeholder === true;
  const style = isAside ? 'dim' : 'plain';
  const files = [
    ...attachments.map(({ url, filename = '' }) => `[file] ${filename} ${url}`),
    ...media.map(() => '[image]'),
    ...(toolCalls.length > 0 ? [`[${toolCalls.length} tool call${toolCalls.length > 1 ? 's' : ''}]`] : []),
  ];
  const textRows = (text: string, look: SpanStyle) =>
    wrapLine(plainLine(text).replaceAll('\t', '    '), width).map((row) => rowOf(INDENT + row, look));
  const text = content.replace(/\s+$/, '');
  const lines = [...(text === '' ? [] : text.split(/\r\n|\r|\n/)), ...files];
  const problem =
    failure === undefined ? [] : textRows(`${failure.message ?? failure.code} (Ctrl-R sends it again)`, 'bad');
  return [...lines.flatMap((line) => textRows(line, style)), ...problem];
}
