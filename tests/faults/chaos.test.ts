import { expect, it, onTestFinished } from 'vitest';
import type { FaultClient } from '../support/fault-client.ts';
import type { Fault } from '../support/fault-injector.ts';
import { createHops, type Hops, type Outcome } from '../support/hops.ts';
import { until } from '../support/processes.ts';
import { WAY_OF_THIS_RUN, type Way } from '../support/way.ts';

type Side = 'launcher' | 'gateway';

/** One thing that happens on the way to a side, and what becomes of requests and upgrades meanwhile. */
interface Scenario {
  readonly name: string;
  readonly fault: Fault;
  /** On the way to the launcher; `held`: nothing at all, for as long as it lasts. */
  readonly toLauncher: { readonly request: Outcome | 'held'; readonly upgrade: Outcome | 'held' };
  /** On the way to the gateway, of which the launcher always gives a complete account. */
  readonly toGateway: { readonly request: Outcome; readonly upgrade: Outcome };
}

const both = <T>(outcome: T) => ({ request: outcome, upgrade: outcome });
const UNHARMED = { request: 200, upgrade: 101 };

const QUICK: readonly Scenario[] = [
  { name: 'refused', fault: { kind: 'refuse' }, toLauncher: both('broken'), toGateway: both(503) },
  { name: 'cut-asking', fault: { kind: 'cut', at: 'ask' }, toLauncher: both('broken'), toGateway: both(503) },
  { name: 'cut-answering', fault: { kind: 'cut', at: 'answer' }, toLauncher: both('broken'), toGateway: both(503) },
  { name: 'reset-asking', fault: { kind: 'reset', at: 'ask' }, toLauncher: both('broken'), toGateway: both(503) },
  { name: 'reset-answering', fault: { kind: 'reset', at: 'answer' }, toLauncher: both('broken'), toGateway: both(503) },
  {
    name: 'garbage-asking',
    fault: { kind: 'garbage', to: 'server' },
    toLauncher: both(400),
    toGateway: both(400),
  },
  {
    name: 'garbage-answering',
    fault: { kind: 'garbage', to: 'client' },
    toLauncher: both('broken'),
    toGateway: { request: 503, upgrade: 502 },
  },
  { name: 'delayed', fault: { kind: 'delay', ms: 150 }, toLauncher: UNHARMED, toGateway: UNHARMED },
  {
    name: 'throttled',
    fault: { kind: 'throttle', bytesPerSecond: 4_000 },
    toLauncher: UNHARMED,
    toGateway: UNHARMED,
  },
  {
    name: 'half-open-asking',
    fault: { kind: 'half-open', told: 'client' },
    toLauncher: both('broken'),
    toGateway: both(503),
  },
];
/** Of these somebody has to grow tired, so they happen side by side. */
const LONG: readonly Scenario[] = [
  { name: 'silent', fault: { kind: 'silence' }, toLauncher: both('held'), toGateway: both(504) },
  {
    name: 'half-open-answering',
    fault: { kind: 'half-open', told: 'server' },
    toLauncher: both('held'),
    toGateway: both(504),
  },
];
const AT_ONCE = 3;

it.each<[Side, Way]>([
  ['launcher', WAY_OF_THIS_RUN],
  ['gateway', 'tcp'],
])(
  'whatever happens on the way to the %s, reached by %s, harms neither process, keeps nothing open, and costs no message',
  { timeout: 180_000 },
  async (side, way) => {
    const hops = await createHops(way);
    for (const scenario of QUICK) {
      await play(hops, side, scenario);
      await within(scenario.name, hops.checkHealth());
    }
    await Promise.all(LONG.map((scenario) => play(hops, side, scenario)));
    await within('long faults', hops.checkHealth());
  },
);

/** A fault while somebody chats, and while others ask and connect; then all is well again, and the chat goes on. */
async function play(hops: Hops, side: Side, { name, fault, ...expected }: Scenario): Promise<void> {
  const chat = hops.chat(name);
  onTestFinished(() => chat.close());
  chat.start();
  await until(() => chat.answers().size > 0);
  hops.injectors[side].inflict(fault, name);
  const requests = Array.from({ length: AT_ONCE }, () => hops.request(name));
  const upgrades = Array.from({ length: AT_ONCE }, () => hops.upgrade(name));
  const { request, upgrade } = side === 'launcher' ? expected.toLauncher : expected.toGateway;
  if (request === 'held') await within(name, hops.untilChatsAreGone());
  else {
    const outcomes = { request: await Promise.all(requests), upgrade: await Promise.all(upgrades) };
    const all = (outcome: Outcome | 'held') => Array.from({ length: AT_ONCE }, () => outcome);
    expect(outcomes, name).toEqual({ request: all(request), upgrade: all(upgrade) });
  }
  hops.injectors[side].heal(name);
  await within(name, checkChat(chat));
  await Promise.all([...requests, ...upgrades]);
  chat.close();
}

/** All was said and answered, and nothing twice. */
async function checkChat(chat: FaultClient): Promise<void> {
  await until(
    () => chat.isDone,
    () => chat.progress,
  );
  expect([...chat.answers().values()].sort()).toEqual([...chat.texts].sort());
  expect([...chat.created.values()].filter((times) => times !== 1)).toEqual([]);
  expect([chat.resyncs, chat.failures]).toEqual([0, []]);
}

/** Says of which scenario an error is. */
const within = (name: string, work: Promise<void>): Promise<void> =>
  work.catch((cause) => {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
