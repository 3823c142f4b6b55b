import type { PicoSnapshot } from '@picoclaw/client';
import { chatRows } from './chat-rows.ts';
import type { Key } from './keys.ts';
import { editLine, emptyLine, insertText, type LineEdit } from './line-edit.ts';

/** What the chat pane shows. */
export interface ChatState {
  /** Undefined until there has been somebody to talk to. */
  readonly snapshot?: PicoSnapshot;
  /** Why the last try to connect came to nothing, as a sentence. */
  readonly problem?: string;
  readonly draft: LineEdit;
  /** Keys type into the line. */
  readonly isWriting: boolean;
  /** What was sent, oldest first. */
  readonly sent: readonly string[];
  /** Which of them is in the line, and what was typed there before. */
  readonly recalled?: { readonly index: number; readonly typed: LineEdit };
  /** The first row on the screen; undefined follows the end. */
  readonly top?: number;
}

/** What the chat is asked to do. */
export type ChatCommand =
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'cancel' }
  | { readonly type: 'retry' };

/** A chat in which nothing has been said. */
export const emptyChat: ChatState = { draft: emptyLine, isWriting: false, sent: [] };

const MAX_SENT = 200;

/** The size of the part of the pane that shows messages. */
interface ChatRoom {
  readonly width: number;
  readonly rows: number;
}

/** What a key does in the chat pane; undefined when it does nothing there. */
export function pressInChat(
  chat: ChatState,
  key: Key,
  room: ChatRoom,
): { readonly chat: ChatState; readonly command?: ChatCommand } | undefined {
  if (key.name === 'ctrl-x') return { chat, command: { type: 'cancel' } };
  if (key.name === 'ctrl-r') return { chat, command: { type: 'retry' } };
  const scrolled = scrollOf(chat, key, room);
  if (scrolled !== undefined) return { chat: scrolled };
  return chat.isWriting ? write(chat, key) : beginToWrite(chat, key);
}

function beginToWrite(chat: ChatState, key: Key) {
  const writing = { ...chat, isWriting: true };
  if (key.name === 'enter') return { chat: writing };
  return key.name === 'text' || key.name === 'paste' ? write(writing, key) : undefined;
}

function write(chat: ChatState, key: Key): { readonly chat: ChatState; readonly command?: ChatCommand } | undefined {
  const { draft } = chat;
  if (key.name === 'escape') return { chat: { ...chat, isWriting: false } };
  if (key.name === 'enter') return send(chat);
  if (key.name === 'up' || key.name === 'down') return { chat: recall(chat, key.name === 'up' ? -1 : 1) };
  if (key.name === 'text' || key.name === 'paste') return { chat: typed(chat, insertText(draft, key.text)) };
  if (key.name === 'ctrl-j' || key.name === 'alt-enter') return { chat: typed(chat, insertText(draft, '\n')) };
  const edited = editLine(draft, key.name);
  return edited && { chat: typed(chat, edited) };
}

function typed(chat: ChatState, draft: LineEdit): ChatState {
  return { ...chat, draft };
}

function send(chat: ChatState): { readonly chat: ChatState; readonly command?: ChatCommand } {
  const text = chat.draft.text.trim();
  if (text === '') return { chat };
  const { recalled: _recalled, top: _top, ...rest } = chat;
  const sent = [...chat.sent.filter((each) => each !== text), text].slice(-MAX_SENT);
  return { chat: { ...rest, draft: emptyLine, sent }, command: { type: 'send', text } };
}

function recall(chat: ChatState, by: number): ChatState {
  const { recalled, ...rest } = chat;
  const index = (recalled?.index ?? chat.sent.length) + by;
  const text = chat.sent[index];
  if (index < 0) return chat;
  if (text === undefined) return { ...rest, draft: recalled?.typed ?? chat.draft };
  return { ...rest, draft: { text, cursor: text.length }, recalled: { index, typed: recalled?.typed ?? chat.draft } };
}

/** The first row that is shown of so many. */
export function firstRow({ top }: ChatState, total: number, rows: number): number {
  const last = Math.max(0, total - rows);
  return Math.min(top ?? last, last);
}

function scrollOf(chat: ChatState, key: Key, { width, rows }: ChatRoom): ChatState | undefined {
  const small = chat.isWriting
    ? {}
    : { up: -1, down: 1, home: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
  const moves: Readonly<Record<string, number>> = { 'page-up': -rows, 'page-down': rows, ...small };
  const move = moves[key.name];
  if (move === undefined) return undefined;
  const total = chatRows(chat.snapshot?.messages ?? [], width).length;
  const { top: _top, ...following } = chat;
  const top = Math.max(0, firstRow(chat, total, rows) + move);
  return top >= total - rows ? following : { ...chat, top };
}
