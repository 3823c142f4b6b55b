import { createPicoSession, type PicoSession } from '@picoclaw/client';
import { Subprotocol } from '@picoclaw/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import {
  dropping,
  type Exchange,
  failing,
  page as htmlPage,
  type ModelServer,
  saying,
  stalling,
  startModelServer,
} from '../../apps/gateway/test/agents/support/model-server.ts';
import { api } from '../support/api.ts';
import { openPage, useBrowser } from '../support/browser.ts';
import { freshHome, writeHomeFile } from '../support/home.ts';
import { type RunningLauncher, startLauncher } from '../support/processes.ts';

const { newPerson } = useBrowser();

const TOKEN = 'launcher-token-for-tests';
const KEY = 'sk-a-key-that-nobody-may-see-0123456789';

interface World {
  readonly launcher: RunningLauncher;
  readonly model: ModelServer;
}

/** A launcher whose gateway asks a model server of the test. */
async function aWorld(): Promise<World> {
  const model = await startModelServer();
  onTestFinished(() => model.close());
  const home = freshHome();
  writeHomeFile(home, 'config.json', {
    agents: { defaults: { model_name: 'test' } },
    model_list: [
      { model_name: 'test', model: 'openai/test-model', api_base: model.url, api_key: KEY },
      { model_name: 'other', model: 'openai/other-model', api_base: model.url, api_key: KEY },
    ],
  });
  return { model, launcher: await startLauncher({ home, env: { PICOCLAW_LAUNCHER_TOKEN: TOKEN } }) };
}

function aSession({ launcher }: World, sessionId = 's'): PicoSession {
  const session = createPicoSession({
    ...{ url: `${launcher.url.replace('http', 'ws')}/pico/ws`, token: TOKEN, tokenIn: 'header', sessionId },
    ...{ webSocket: WebSocket, subprotocols: [Subprotocol.v2] },
  });
  onTestFinished(() => session.close());
  return session;
}

const answers = (session: PicoSession) =>
  session.getSnapshot().messages.flatMap(({ author, kind, content }) => (author === 'agent' && !kind ? content : []));
const shows = (session: PicoSession, texts: unknown[]) =>
  expect.poll(() => answers(session), { timeout: 10_000 }).toEqual(texts);

async function stored({ launcher }: World, sessionId = 's') {
  const { body } = await api(launcher.url, TOKEN).get(`/api/sessions/${sessionId}`);
  return (body as { messages: Record<string, unknown>[] }).messages;
}

it('streams an answer to the browser as it is written, and stops the model when the person stops it', async () => {
  const world = await aWorld();
  let exchange: Exchange | undefined;
  world.model.next((asked) => {
    exchange = asked;
    asked.begin();
  });
  const { page } = await openPage(await newPerson());
  await page.goto(`${world.launcher.url}/?token=${TOKEN}`);
  await page.getByLabel('Message', { exact: true }).fill('Tell me something long');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect.poll(() => exchange).toBeDefined();
  const log = page.getByRole('region', { name: 'Conversation' });
  let said = '';
  for (const piece of ['Once ', 'upon ', 'a time']) {
    said += piece;
    exchange?.text(piece);
    await expect.poll(() => log.textContent()).toContain(said.trim());
  }
  await page.getByRole('button', { name: 'Stop answering', exact: true }).click();
  await exchange?.abandoned;
  await page.getByRole('button', { name: 'Stop answering', exact: true }).waitFor({ state: 'hidden' });
  expect(await log.textContent()).toContain('Once upon a time');

  // All of it is there again in another browser, which knows nothing but the address.
  const { page: second } = await openPage(await newPerson());
  await second.goto(`${world.launcher.url}/?token=${TOKEN}`);
  await second.getByLabel('Message', { exact: true }).waitFor();
  await second.goto(page.url());
  const again = second.getByRole('region', { name: 'Conversation' });
  await expect.poll(() => again.textContent()).toMatch(/Tell me something long[\s\S]*Once upon a time/);
});

it('marks an answer that was cancelled, keeps what it had, and answers the next message', async () => {
  const world = await aWorld();
  const session = aSession(world);
  world.model.next(stalling('half an '), saying('whole'));
  session.send('one');
  await shows(session, ['half an ']);
  session.cancel();
  await (await world.model.request(0)).abandoned;
  await expect
    .poll(() => session.getSnapshot().messages.at(-1))
    .toMatchObject({ content: 'half an ', cancelled: true });
  session.send('two');
  await shows(session, ['half an ', 'whole']);
  // An answer is stored behind its last word.
  await expect
    .poll(() => stored(world))
    .toMatchObject([
      { content: 'one' },
      { content: 'half an ', cancelled: true, model_name: 'test' },
      { content: 'two' },
      { content: 'whole' },
    ]);
  const { body } = await world.model.request(1);
  expect(body.messages.map(({ content }) => content)).toEqual(['one', 'half an ', 'two']);
});

it('completes and stores the answer of a client that has gone', async () => {
  const world = await aWorld();
  const session = aSession(world);
  let exchange: Exchange | undefined;
  world.model.next((asked) => {
    exchange = asked;
    asked.text('first half, ');
  });
  session.send('one');
  await shows(session, ['first half, ']);
  session.close();
  exchange?.text('second half');
  exchange?.finish();
  await expect.poll(() => stored(world)).toMatchObject([{ content: 'one' }, { content: 'first half, second half' }]);
  expect(exchange?.isAbandoned).toBe(false);
});

it.each<[string, Parameters<ModelServer['next']>, RegExp]>([
  ['a wrong key', [failing(401, `Incorrect API key provided: ${KEY}.`)], /key|401|refused/i],
  ['no such model', [failing(404, 'The model does not exist')], /does not exist|404/i],
  ['a proxy’s page', [htmlPage(502), htmlPage(502), htmlPage(502)], /502/],
  ['a stream that breaks', [dropping('half')], /broke|ended|lost|dropped/i],
  ['garbage', [(exchange) => exchange.raw('data: {"choices": nonsense\n\n')], /./],
])('tells %s in one sentence without the key, and answers the next message', async (_what, behaviours, sentence) => {
  const world = await aWorld();
  const session = aSession(world);
  world.model.next(...behaviours);
  world.model.otherwise(saying('fine'));
  session.send('one');
  await expect
    .poll(() => session.getSnapshot().messages[0]?.failure, { timeout: 20_000 })
    .toMatchObject({ code: 'agent_failed', message: expect.stringMatching(sentence) });
  const { message = '' } = session.getSnapshot().messages[0]?.failure ?? {};
  expect(message).not.toContain(KEY);
  expect(message).not.toContain('\n');
  expect(message.length).toBeLessThan(400);
  session.send('two');
  await expect.poll(() => answers(session).at(-1), { timeout: 10_000 }).toBe('fine');
  expect(world.launcher.output()).not.toContain(KEY);
});

it('answers the next message by another model when the default one is changed', async () => {
  const world = await aWorld();
  const session = aSession(world);
  world.model.otherwise(saying('fine'));
  session.send('one');
  await shows(session, ['fine']);
  const reply = await fetch(`${world.launcher.url}/api/models/default`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model_name: 'other' }),
  });
  expect(await reply.json()).toEqual({ status: 'ok', default_model: 'other', reloaded: true });
  session.send('two');
  await shows(session, ['fine', 'fine']);
  expect(world.model.exchanges.map(({ body }) => body.model)).toEqual(['test-model', 'other-model']);
});
