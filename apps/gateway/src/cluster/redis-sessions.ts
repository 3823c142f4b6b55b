import { createHash, randomBytes } from 'node:crypto';
import type { RedisPair } from '@picoclaw/hub';
import { z } from 'zod';
import { type JournalLine, UNKNOWN_NUMBERS } from '../history/journal-line.ts';
import { StoredMessage } from '../history/stored-message.ts';
import * as scripts from './redis-scripts.ts';

/** What all nodes learn of: a message, an answer, or that a session is deleted. */
export const SharedEntry = z.object({
  session: z.string(),
  /** The last number that was told when it was said. */
  seq: z.number().int(),
  message: StoredMessage.optional(),
});
export type SharedEntry = Readonly<z.output<typeof SharedEntry>>;

/** An entry and where it stands. */
export interface PlacedEntry {
  readonly position: string;
  readonly origin: string;
  readonly entry: SharedEntry;
}

/** A frame of a session as it is kept in Redis; without a line it says that what came before is lost. */
export interface PlacedLine {
  readonly seq: number;
  readonly origin: string;
  readonly line: Omit<JournalLine, 'n'> | undefined;
}

/** A hint for this node: there are frames, a turn is free, or an answer is to be broken off. */
export interface Notice {
  readonly position: string;
  readonly session: string;
  readonly kind: 'f' | 't' | 'c';
  readonly id: string;
}

/** Where a node stands in a session. */
export interface Standing {
  readonly life: string;
  /** The last number that it has in common with Redis, and the last one that it has told. */
  readonly sharedSeq: number;
  readonly toldSeq: number;
  /** What it has told since, and whether that was more than is kept. */
  readonly own: readonly string[];
  readonly isOverflow: boolean;
}

/** How much Redis keeps, of each session and of all, and for how long what nobody uses. */
const [MAX_FRAMES, MAX_MESSAGES, KEEP_MS, ID_MS] = [5_000, 100_000, 30 * 86_400_000, 7 * 86_400_000];
/** How long a read waits in Redis. */
export const READ_BLOCK_MS = 2_000;
const PAGE = 500;
/** A node that was silent for so long has ended. */
export const SILENT_MS = 5_000;

/** SHA-1 of each script, by which Redis knows it. */
const DIGESTS = new Map(
  Object.values(scripts).map((script) => [script, createHash('sha1').update(script).digest('hex')]),
);

/** What nodes share in one Redis, while one pair of connections lives; everything rejects when that ends. */
export class RedisSessions {
  readonly #pair: RedisPair;
  readonly #prefix: string;
  readonly #origin: string;

  private constructor(pair: RedisPair, prefix: string, origin: string) {
    this.#pair = pair;
    this.#prefix = prefix;
    this.#origin = origin;
  }

  /** Hands Redis the scripts, which are called by their digest from then on: they are longer than all that goes into them. */
  static async open(pair: RedisPair, prefix: string, origin: string): Promise<RedisSessions> {
    await Promise.all([...DIGESTS.keys()].map((script) => pair.commands.script('LOAD', script)));
    return new RedisSessions(pair, prefix, origin);
  }

  close(): void {
    this.#pair.close();
  }

  /** Names the data of Redis: another name says that it has lost them. */
  async epoch(): Promise<string> {
    const key = `${this.#prefix}:epoch`;
    await this.#pair.commands.setnx(key, randomBytes(8).toString('hex'));
    return (await this.#pair.commands.get(key)) ?? '';
  }

  /** Numbers a frame; -1 when the message it belongs to is not ours to answer any more. */
  async append(session: string, line: string, question: string): Promise<number> {
    return Number(await this.#run(scripts.APPEND, session, question, MAX_FRAMES, line));
  }

  async join(session: string, { life, sharedSeq, toldSeq, own, isOverflow }: Standing) {
    const limits = [isOverflow ? 1 : 0, MAX_FRAMES, UNKNOWN_NUMBERS];
    const fresh = randomBytes(8).toString('hex');
    const reply = await this.#run(
      ...([scripts.JOIN, session, KEEP_MS, life, fresh, sharedSeq, toldSeq, ...limits] as const),
      ...(isOverflow ? [] : own),
    );
    const [goesOn, seq, nextLife] = reply as [number, number, string];
    return { goesOn: goesOn === 1, seq: Number(seq), life: nextLife };
  }

  async leave(session: string): Promise<void> {
    await this.#pair.commands.srem(`${this.#prefix}:listeners:${session}`, this.#origin);
  }

  /** The frames from that number on. */
  async lines(session: string, from: number): Promise<readonly PlacedLine[]> {
    const entries = await this.#pair.commands.xrange(`${this.#prefix}:frames:${session}`, `${from}-0`, '+');
    return entries.map(([id, [, origin = '', kind, text = '']]) => ({
      seq: Number(id.split('-')[0]),
      origin,
      line: kind === 'l' ? parseLine(text) : undefined,
    }));
  }

  /** The id under which the message is known already, if it is; otherwise it is ours to answer. */
  async takeIn(entry: SharedEntry & { readonly message: StoredMessage }): Promise<string | undefined> {
    const { session, message } = entry;
    const idKey = this.#idKey(session, `message ${message.id ?? `as ${message.message_id}`}`);
    const about = [session, idKey, ID_MS, message.message_id, JSON.stringify(entry), MAX_MESSAGES];
    const known = String(await this.#run(scripts.TAKE_IN, ...about));
    return known === '' ? undefined : known;
  }

  /** Whether the answer is the one that counts; `isFenced`: only if the message is still ours to answer. */
  async answer(entry: SharedEntry & { readonly message: StoredMessage }, isFenced: boolean): Promise<boolean> {
    const { session, message } = entry;
    const { reply_to: question = '' } = message;
    const idKey = this.#idKey(session, `answer ${question}`);
    const about = [question, isFenced ? 1 : 0, idKey, ID_MS, JSON.stringify(entry), MAX_MESSAGES];
    return (await this.#run(scripts.ANSWER, ...about)) === 1;
  }

  async remove(session: string): Promise<void> {
    const entry: SharedEntry = { session, seq: 0 };
    await this.#run(scripts.REMOVE, session, JSON.stringify(entry), MAX_MESSAGES);
  }

  /** The turn to answer, with the position of the last message; `waiting` while another node has it. */
  async turn(session: string, question: string): Promise<{ state: 'taken' | 'waiting' | 'notOurs'; position: string }> {
    const [state, position] = (await this.#run(scripts.TURN, session, question)) as [number, string];
    return { state: state === 1 ? 'taken' : state === 0 ? 'waiting' : 'notOurs', position };
  }

  async endTurn(session: string): Promise<void> {
    await this.#run(scripts.END_TURN, session);
  }

  async tellCancel(session: string, id: string): Promise<void> {
    await this.#run(scripts.TELL, session, 'c', id);
  }

  /** Says that this node is there; answers with what it is to answer in the place of others. */
  async beat(home: string, mayJudge: boolean) {
    const reply = (await this.#run(scripts.BEAT, home, SILENT_MS, mayJudge ? 1 : 0)) as [number, ...string[]];
    const [isNew, ...left] = reply;
    return { wasUnknown: isNew === 1, left: left.flatMap((text) => parseEntry(text) ?? []) };
  }

  /** What is unanswered here is at once for others to answer. */
  async sayGoodbye(): Promise<void> {
    await this.#pair.commands.zadd(`${this.#prefix}:nodes`, 0, this.#origin);
  }

  async entriesAfter(position: string): Promise<readonly PlacedEntry[]> {
    const reply = await this.#pair.commands.xread('COUNT', PAGE, 'STREAMS', `${this.#prefix}:messages`, position);
    return (reply?.[0]?.[1] ?? []).map(placedEntry);
  }

  /** Waits for what is new for all nodes or for this one; both empty when there was nothing for a while. */
  async wait(position: string, inbox: string) {
    const keys = [`${this.#prefix}:messages`, `${this.#prefix}:inbox:${this.#origin}`] as const;
    const reply = await this.#pair.reader.xread(
      ...(['COUNT', PAGE, 'BLOCK', READ_BLOCK_MS, 'STREAMS', ...keys, position, inbox] as const),
    );
    const of = (key: string) => reply?.find(([name]) => name === key)?.[1] ?? [];
    return { entries: of(keys[0]).map(placedEntry), notices: of(keys[1]).map(noticeOf) };
  }

  /** Rejects as well when Redis has forgotten its scripts; whoever opens it anew hands them over again, in order. */
  #run(script: string, ...args: readonly (string | number)[]): Promise<unknown> {
    return this.#pair.commands.evalsha(DIGESTS.get(script) ?? '', 0, this.#prefix, this.#origin, ...args);
  }

  #idKey(session: string, name: string): string {
    const digest = createHash('sha256')
      .update(JSON.stringify([session, name]))
      .digest('base64url');
    return `${this.#prefix}:id:${digest}`;
  }
}

type Reply = readonly [position: string, fields: readonly string[]];

/** What is none of ours stands for nothing, so that somebody who writes garbage there stops nobody. */
function placedEntry([position, [, origin = '', , text = '']]: Reply): PlacedEntry {
  return { position, origin, entry: parseEntry(text) ?? { session: '', seq: 0 } };
}

const noticeOf = ([position, [, session = '', , kind, , id = '']]: Reply): Notice => ({
  ...{ position, session, id },
  kind: kind === 'c' || kind === 't' ? kind : 'f',
});

/** An entry as it was written, or nothing when it is none. */
export function parseEntry(text: string): SharedEntry | undefined {
  try {
    return SharedEntry.safeParse(JSON.parse(text)).data as SharedEntry | undefined;
  } catch {
    return undefined;
  }
}

function parseLine(text: string): Omit<JournalLine, 'n'> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
