import { setTimeout as delay } from 'node:timers/promises';
import { Secret } from '@picoclaw/auth';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createOpenAiAgent } from '../../src/agents/openai-agent.ts';
import { aLog, aMoment, anEntry, aRequest, outcomeOf } from './support/asking.ts';
import {
  dropping,
  echoing,
  failing,
  type ModelServer,
  saying,
  silent,
  stalling,
  startModelServer,
  whole,
} from './support/model-server.ts';

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

type Options = Partial<Parameters<typeof createOpenAiAgent>[0]>;

function anAgent(entry: Parameters<typeof anEntry>[0] = {}, options: Options = {}) {
  return createOpenAiAgent({
    entry: anEntry({ api_base: server.url, ...entry }),
    maxContextTokens: 4000,
    log: aLog().log,
    retryDelayMs: 1,
    ...options,
  });
}

const sent = (index = 0) => {
  const exchange = server.exchanges[index];
  if (exchange === undefined) throw new Error(`no request ${index}`);
  return exchange;
};

describe('an answer of a model', () => {
  it('comes piece by piece, while the server is still writing', async () => {
    server.next(stalling('one'));
    const seen = aMoment();
    const outcome = outcomeOf(anAgent(), 'hello', ({ kind }) => kind === 'text' && seen.hasCome());
    await seen.come;
    const exchange = await server.request(0);
    exchange.text(' two');
    exchange.finish();
    expect((await outcome).text).toBe('one two');
  });

  it('keeps characters whole whose bytes come apart, and events that do', async () => {
    server.next(async (exchange) => {
      const event = Buffer.from(`data: ${JSON.stringify({ choices: [{ delta: { content: 'grüße 🦊' } }] })}\r\n\r\n`);
      for (const byte of event) exchange.raw(Buffer.of(byte));
      exchange.finish();
    });
    expect((await outcomeOf(anAgent(), 'hello')).text).toBe('grüße 🦊');
  });

  it.each(['reasoning_content', 'reasoning'] as const)('tells what %s says as thoughts', async (field) => {
    server.next((exchange) => {
      exchange.thought('well', field);
      exchange.text('yes');
      exchange.finish();
    });
    const { deltas } = await outcomeOf(anAgent(), 'hello');
    expect(deltas).toEqual([
      { kind: 'thought', text: 'well' },
      { kind: 'text', text: 'yes' },
    ]);
  });

  it('gives tool calls whole, also those of servers that do not number them', async () => {
    server.next((exchange) => {
      exchange.toolCall({ index: 0, id: 'a', function: { name: 'look', arguments: '' } });
      exchange.toolCall({ index: 0, function: { arguments: '{"at":' } });
      exchange.toolCall({ index: 1, id: 'b', function: { name: 'stop', arguments: '{}' } });
      exchange.toolCall({ index: 0, function: { arguments: '1}' } });
      exchange.toolCall({ id: 'c', function: { name: 'go', arguments: '{}' } });
      exchange.toolCall({ index: 0, id: 'd', function: { name: 'look', arguments: '{}' } });
      exchange.finish('tool_calls');
    });
    const { deltas, error } = await outcomeOf(anAgent(), 'hello');
    expect(error).toBeUndefined();
    expect(deltas.map((delta) => delta.kind === 'tool_call' && delta.call)).toEqual([
      { id: 'a', name: 'look', arguments: '{"at":1}' },
      { id: 'b', name: 'stop', arguments: '{}' },
      { id: 'c', name: 'go', arguments: '{}' },
      { id: 'd', name: 'look', arguments: '{}' },
    ]);
  });

  it('ends with its usage and the size of the context', async () => {
    server.next(saying('a', 'b'));
    const { deltas } = await outcomeOf(anAgent(), 'hello');
    const usage = { input_tokens: 7, output_tokens: 2, total_tokens: 9, context_window: 4000 };
    expect(deltas.at(-1)).toEqual({ kind: 'usage', usage });
  });

  it('does without usage where the server refuses to be asked for it, and remembers that', async () => {
    const agent = anAgent();
    server.otherwise((exchange) =>
      exchange.body.stream_options ? failing(400, 'unknown field')(exchange) : echoing(exchange),
    );
    expect((await outcomeOf(agent, 'one')).text).toBe('one');
    expect((await outcomeOf(agent, 'two')).text).toBe('two');
    expect(server.exchanges).toHaveLength(3);
  });

  it('is given up when it grows beyond all measure', async () => {
    server.next((exchange) => {
      for (let mebibytes = 0; mebibytes < 34; mebibytes++) exchange.raw(`: ${'x'.repeat(1024 * 1024)}\n\n`);
    });
    const { error } = await outcomeOf(anAgent(), 'hello');
    expect(error?.message).toMatch(/ sent an answer that is too long\.$/);
    await sent().abandoned;
  });

  it('is not streamed when the entry says so', async () => {
    server.next(whole('all at once'));
    const { text, deltas } = await outcomeOf(anAgent({ streaming: false }), 'hello');
    expect(text).toBe('all at once');
    expect(deltas.at(-1)?.kind).toBe('usage');
    expect(sent().body).not.toHaveProperty('stream');
  });

  it('may come whole from a server that cannot stream', async () => {
    server.next(whole('all at once'));
    expect((await outcomeOf(anAgent(), 'hello')).text).toBe('all at once');
  });

  it('is complete without the mark at its end when it says why it ended', async () => {
    server.next((exchange) => {
      exchange.raw('data: {"choices":[{"delta":{"content":"fine"},"finish_reason":"stop"}]}\n\n');
      exchange.drop();
    });
    server.next((exchange) => {
      exchange.raw('data: {"choices":[{"delta":{"content":"fine"}}]}\n\ndata: [DONE]\n\n');
      exchange.finish();
    });
    expect((await outcomeOf(anAgent(), 'hello')).text).toBe('fine');
    expect((await outcomeOf(anAgent(), 'hello')).error).toBeUndefined();
  });
});

describe('a request to a model', () => {
  it('carries the id without the provider, the history, the images and the key', async () => {
    const image = { mediaType: 'image/png', load: async () => Buffer.from('png') };
    const history = [
      { role: 'user' as const, content: 'hi' },
      { role: 'assistant' as const, content: 'hello' },
    ];
    await outcomeOf(
      anAgent({ model: 'x/org/name', keys: ['the-key'] }),
      aRequest('look', { images: [image], history }),
    );
    const { path, headers, body } = sent();
    expect(path).toBe('/v1/chat/completions');
    expect(headers.authorization).toBe('Bearer the-key');
    expect(body.model).toBe('org/name');
    expect(body.messages).toEqual([
      ...history,
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,cG5n' } },
        ],
      },
    ]);
  });

  it('carries no key and no account that is not configured, whatever the environment has', async () => {
    const names = ['API_KEY', 'ADMIN_KEY', 'ORG_ID', 'PROJECT_ID'];
    for (const name of names) vi.stubEnv(`OPENAI_${name}`, 'from-the-environment');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'Authorization: Bearer from-the-environment');
    await outcomeOf(anAgent(), 'hello');
    vi.unstubAllEnvs();
    expect(JSON.stringify(sent().headers)).not.toContain('from-the-environment');
    expect(sent().headers).not.toHaveProperty('authorization');
  });

  it('uses several keys in turn', async () => {
    const agent = anAgent({ keys: ['key-number-one', 'key-number-two'] });
    for (const text of ['1', '2', '3']) await outcomeOf(agent, text);
    expect(server.exchanges.map(({ headers }) => headers.authorization?.slice(-3))).toEqual(['one', 'two', 'one']);
  });

  it.each([401, 403, 429])(
    'passes a key over that is answered with %i, and the person does not notice',
    async (status) => {
      const agent = anAgent({ keys: ['key-number-one', 'key-number-two'] });
      server.next(failing(status, 'not this one'));
      expect((await outcomeOf(agent, 'first')).text).toBe('first');
      await outcomeOf(agent, 'second');
      const used = server.exchanges.map(({ headers }) => headers.authorization?.slice(-3));
      expect(used).toEqual(['one', 'two', 'two']);
    },
  );

  it.each([429, 500, 503])('is repeated after %i', async (status) => {
    server.next(failing(status, 'later'), failing(status, 'later'));
    expect((await outcomeOf(anAgent({ keys: ['the-only-key'] }), 'hello')).text).toBe('hello');
    expect(server.exchanges).toHaveLength(3);
  });

  it('is given up after the third failure', async () => {
    server.otherwise(failing(500, 'broken'));
    const { error } = await outcomeOf(anAgent(), 'hello');
    expect(error?.message).toMatch(/^The model "local" at 127\.0\.0\.1:\d+ failed \(500\): broken\.$/);
    expect(server.exchanges).toHaveLength(3);
  });

  it('is not repeated where repeating does not help', async () => {
    server.otherwise(failing(404, 'no such model'));
    await outcomeOf(anAgent(), 'hello');
    expect(server.exchanges).toHaveLength(1);
  });

  it('is not repeated before the time that the provider asks for, nor kept waiting for long', async () => {
    server.otherwise(failing(429, 'slow down', { 'retry-after': '3600' }));
    const { error } = await outcomeOf(anAgent(), 'hello');
    expect(error?.message).toContain('slow down; it asks to wait 3600 seconds');
    expect(server.exchanges).toHaveLength(1);
  });

  it('is repeated when the provider says how soon', async () => {
    server.next(failing(429, 'slow down', { 'retry-after': '0' }));
    expect((await outcomeOf(anAgent({}, { retryDelayMs: 1e6 }), 'hello')).text).toBe('hello');
  });

  it('is not repeated once something of the answer has come', async () => {
    server.next(dropping('half'));
    const { text, error } = await outcomeOf(anAgent(), 'hello');
    expect(text).toBe('half');
    expect(error?.message).toMatch(/broke (the answer|the connection) off\.$/);
    expect(server.exchanges).toHaveLength(1);
  });

  it('goes to no other place than the configured one', async () => {
    const elsewhere = await startModelServer();
    server.next((exchange) => exchange.send(307, '', { location: `${elsewhere.url}/chat/completions` }));
    const { error } = await outcomeOf(anAgent({ keys: ['a-key-of-ours'] }), 'hello');
    expect(error?.message).toContain('sent us elsewhere (307); check its `api_base`');
    expect(elsewhere.exchanges).toHaveLength(0);
    await elsewhere.close();
  });

  it('needs an address', async () => {
    const { error } = await outcomeOf(anAgent({ model: 'nobody/knows', api_base: undefined }), 'hello');
    expect(error?.message).toBe(
      'The model "local" needs an `api_base`, because the address of its provider "nobody" is not known.',
    );
  });
});

describe('cancelling', () => {
  it.each([
    ['before anything has come', silent],
    ['in the middle of the answer', stalling('some')],
  ])('closes the request at once %s', async (_when, behaviour) => {
    server.next(behaviour);
    const controller = new AbortController();
    const seen = aMoment();
    const outcome = outcomeOf(anAgent(), aRequest('hello', { signal: controller.signal }), () => seen.hasCome());
    const exchange = await server.request(0);
    if (behaviour !== silent) await seen.come;
    controller.abort();
    await exchange.abandoned;
    expect((await outcome).error?.name).toBe('AbortError');
    expect((await outcomeOf(anAgent(), 'next')).text).toBe('next');
  });

  it('ends the pause before a repetition', async () => {
    server.next(failing(500, 'broken'));
    const controller = new AbortController();
    const log = { warn: () => controller.abort() };
    const agent = anAgent({}, { retryDelayMs: 1e6, log });
    const { error } = await outcomeOf(agent, aRequest('hello', { signal: controller.signal }));
    expect(error?.name).toBe('AbortError');
    expect(server.exchanges).toHaveLength(1);
  });

  it('asks nobody when it came first', async () => {
    const { error } = await outcomeOf(anAgent(), aRequest('hello', { signal: AbortSignal.abort() }));
    expect(error?.name).toBe('AbortError');
    expect(server.exchanges).toHaveLength(0);
  });

  it('closes the request when nobody reads on', async () => {
    server.next(stalling('some'));
    for await (const _delta of anAgent().answer(aRequest('hello'))) break;
    await (await server.request(0)).abandoned;
  });
});

describe('a provider that is silent', () => {
  it.each([
    ['at the start', silent, ''],
    ['in the middle', stalling('half'), 'half'],
  ])('%s is given up, and what came stays', async (_when, behaviour, came) => {
    server.next(behaviour);
    const { text, error } = await outcomeOf(anAgent({}, { timeoutMs: 3_000 }), 'hello');
    expect(text).toBe(came);
    expect(error?.message).toMatch(/ sent nothing for 3 seconds\.$/);
    await (await server.request(0)).abandoned;
  });

  it('is alive as long as it sends comments', async () => {
    let timer: NodeJS.Timeout | undefined;
    server.next((exchange) => {
      let left = 45;
      timer = setInterval(() => {
        left -= 1;
        if (left > 0) exchange.raw(': still thinking\n\n');
        else if (left === 0) void saying('at last')(exchange);
      }, 100);
    });
    const { text } = await outcomeOf(anAgent({}, { timeoutMs: 3_000 }), 'hello');
    clearInterval(timer);
    expect(text).toBe('at last');
  });

  it('is not blamed for a reader that takes its time', async () => {
    server.next(stalling('half'));
    const iterator = anAgent({}, { timeoutMs: 3_000 }).answer(aRequest('hello'))[Symbol.asyncIterator]();
    await iterator.next();
    await delay(4_000);
    const exchange = await server.request(0);
    expect(exchange.isAbandoned).toBe(false);
    exchange.finish();
    expect(await iterator.next()).toMatchObject({ done: true });
  });
});

it('an entry with keys that no header can carry is refused without showing them', async () => {
  const entry = { ...anEntry({ api_base: server.url }), api_keys: [new Secret('first-line-of-it\nsecond-line')] };
  const { log, lines } = aLog();
  const { error } = await outcomeOf(createOpenAiAgent({ entry, maxContextTokens: 1000, log }), 'hello');
  expect(error?.message).toContain('could not be asked; check its `api_base` and keys');
  expect(`${error?.stack}${lines.join()}`).not.toMatch(/first-li|cond-line/);
});
