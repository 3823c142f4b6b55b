import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AgentError } from '../../src/agents/agent.ts';
import { createOpenAiAgent } from '../../src/agents/openai-agent.ts';
import { aLog, anEntry, outcomeOf } from './support/asking.ts';
import {
  type Behaviour,
  dropping,
  failing,
  type ModelServer,
  page,
  silent,
  stalling,
  startModelServer,
} from './support/model-server.ts';

const KEY = 'sk-proj-4f9aB2c7XyZw0123456789';

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

const inStream =
  (error: unknown, ...pieces: string[]): Behaviour =>
  (exchange) => {
    exchange.begin();
    for (const piece of pieces) exchange.text(piece);
    exchange.raw(`data: ${JSON.stringify({ error })}\n\n`);
    exchange.drop();
  };
const answering =
  (status: number, body: unknown, type = 'application/json'): Behaviour =>
  (exchange) =>
    exchange.send(status, body, { 'content-type': type });
const streaming =
  (bytes: string): Behaviour =>
  (exchange) => {
    exchange.raw(bytes);
    exchange.drop();
  };
const finishing =
  (reason: string): Behaviour =>
  (exchange) =>
    exchange.finish(reason);

const echoOfKey = `Incorrect API key provided: ${KEY}. You can find your API key at https://example.com.`;

const cases: readonly (readonly [string, Behaviour, RegExp])[] = [
  ['a refused key', failing(401, echoOfKey), /refused the API key \(401\): Incorrect API key provided: \[hidden\]/],
  ['a key without rights', failing(403, `${KEY.slice(4)} may not`), /refused the API key \(403\)/],
  ['an unknown model', failing(404, 'model "x" not found'), /does not know this model or address \(404\): model "x"/],
  ['a page that is not found', page(404), /does not know this model or address \(404\)\.$/],
  ['too many requests', failing(429, `limit of ${KEY} reached`), /allows no more requests for now \(429\): limit of/],
  ['a bad request', failing(400, `bad\n${KEY}\u0000`), /did not accept the request \(400\): bad \[hidden\]\.$/],
  [
    'an error of the server',
    failing(500, `cannot use ${KEY.slice(5, 20)}`),
    /failed \(500\): cannot use \[hidden\]\.$/,
  ],
  ['a page of a proxy', page(502), /failed \(502\)\.$/],
  ['an error as a text', answering(503, { error: `busy: ${KEY}` }), /failed \(503\): busy: \[hidden\]\.$/],
  ['an error without a body', answering(500, ''), /failed \(500\)\.$/],
  ['an endless error', answering(500, { error: { message: `${KEY} `.repeat(50_000) } }), /failed \(500\)\.$/],
  ['a long error', answering(500, { error: { message: `${'x'.repeat(290)}${KEY}` } }), /failed \(500\): x{290}/],
  ['a page instead of an answer', page(200), /sent text\/html instead of an answer; check its `api_base`/],
  ['no type at all', answering(200, 'hello', 'x y'), /sent something else instead of an answer/],
  ['garbage instead of JSON', answering(200, `<${KEY}>`), /sent something that is no answer of a model/],
  ['JSON that is no object', answering(200, '17'), /sent something that is no answer of a model/],
  ['JSON that is no answer', answering(200, {}), /gave an empty answer/],
  ['an error with status 200', answering(200, { error: { message: `no ${KEY}` } }), /with an error: no \[hidden\]\.$/],
  ['garbage in the stream', streaming(`data: {${KEY}\n\n`), /sent something that is no answer of a model/],
  ['an event that is no object', streaming('data: null\n\n'), /sent something that is no answer of a model/],
  [
    'an error in the stream',
    inStream({ message: `overloaded ${KEY}` }),
    /broke off with an error: overloaded \[hidden\]/,
  ],
  ['an error in the middle', inStream({ message: 'overloaded' }, 'half'), /broke off with an error: overloaded\.$/],
  ['an empty stream', streaming(''), /gave an empty answer|broke the connection off/],
  ['an answer without a word', finishing('stop'), /gave an empty answer\.$/],
  ['an answer that was too long to begin', finishing('length'), /gave an empty answer: the limit of tokens/],
  ['an answer that was filtered', finishing('content_filter'), /withheld its answer by its content filter\.$/],
  ['a broken stream', dropping('half'), /broke the (answer|connection) off\.$/],
  ['a stream that breaks at once', dropping(), /broke the (answer|connection) off\.$/],
  ['a connection that is cut', (exchange) => exchange.drop(), /broke the connection off\.$/],
  ['a silent server', silent, /sent nothing for 3 seconds\.$/],
  ['a stream that stalls', stalling('half'), /sent nothing for 3 seconds\.$/],
];

it.each(cases)(
  '%s is told in one sentence without the key, and the next message works',
  async (_what, behaviour, sentence) => {
    const { log, lines } = aLog();
    const entry = anEntry({ api_base: server.url, keys: [KEY] });
    const agent = createOpenAiAgent({
      entry,
      maxContextTokens: 1000,
      log,
      timeoutMs: String(sentence).includes('sent nothing') ? 3_000 : 10_000,
      retryDelayMs: 1,
      maxRetries: 0,
    });
    // A second time for the request without `stream_options` that follows a 400.
    server.next(behaviour, ...(String(sentence).includes('(400') ? [behaviour] : []));
    const { error } = await outcomeOf(agent, 'hello');
    expect(error).toBeInstanceOf(AgentError);
    expect(error?.message).toMatch(sentence);
    expect(error?.message).toMatch(/^The model "local" at 127\.0\.0\.1:\d+ [^\n\r\p{Cc}]{1,400}\.$/u);
    expectNoPartOf(KEY, `${inspect(error, { depth: 10 })}${error?.stack}${lines.join()}`);
    expect((await outcomeOf(agent, 'and now')).text).toBe('and now');
  },
);

it('a server that is not there is told by its address', async () => {
  const gone = await startModelServer();
  await gone.close();
  const entry = anEntry({ api_base: gone.url, keys: [KEY] });
  const agent = createOpenAiAgent({ entry, maxContextTokens: 1000, log: aLog().log, retryDelayMs: 1 });
  const { error } = await outcomeOf(agent, 'hello');
  expect(error?.message).toBe(
    `The model "local" at ${new URL(gone.url).host} cannot be reached: the connection was refused.`,
  );
});

it('a name that nobody knows is told, and not a password in the address', async () => {
  const { log, lines } = aLog();
  const unknown = anEntry({ api_base: 'http://model.invalid/v1' });
  const [first, second] = [unknown, anEntry({ api_base: 'http://user:pa55-word@127.0.0.1:9/v1' })].map((entry) =>
    createOpenAiAgent({ entry, maxContextTokens: 1000, log, maxRetries: 0 }),
  );
  if (!first || !second) throw new Error('no agents');
  expect((await outcomeOf(first, 'hello')).error?.message).toMatch(/at model\.invalid cannot be reached: its name/);
  const { error } = await outcomeOf(second, 'hello');
  expect(error?.message).toContain('at 127.0.0.1:9 could not be asked');
  expectNoPartOf('pa55-word', `${inspect(error)}${lines.join()}`);
});

it('a refusal without any key says that none is configured', async () => {
  server.next(failing(401, 'who are you?'));
  const entry = anEntry({ api_base: server.url });
  const { error } = await outcomeOf(createOpenAiAgent({ entry, maxContextTokens: 1000, log: aLog().log }), 'hello');
  expect(error?.message).toMatch(/who are you\?; no key is configured for it\.$/);
});

function expectNoPartOf(key: string, text: string): void {
  for (let at = 0; at + 8 <= key.length; at++) expect(text).not.toContain(key.slice(at, at + 8));
}
