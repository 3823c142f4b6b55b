import type { ProcessFacts } from '@picoclaw/pid';
import { expect, test } from 'vitest';
import { inspectOwnOnce } from '../../src/gateway/inspect-own.ts';
import type { SocketLink } from '../../src/gateway/socket-link.ts';

const OWN = 100;
const STRANGER = 200;
const link = (): SocketLink => ({ isOpen: true, hand() {}, tell() {}, follow() {} });

/** A system in which it is seen who is looked up, and a launcher that has started one process. */
function aWorld() {
  const looks: number[] = [];
  const world = { own: link() as SocketLink | undefined, startTime: '1', exists: true };
  const inspect = inspectOwnOnce(
    (pid) => (pid === OWN ? world.own : undefined),
    (pid): ProcessFacts => {
      looks.push(pid);
      return world.exists ? { exists: true, startTime: world.startTime } : { exists: false };
    },
  );
  return { world, looks, inspect };
}

test('what this launcher has started is looked up once, anybody else each time', () => {
  const { inspect, looks } = aWorld();
  const seen = [OWN, OWN, STRANGER, STRANGER, OWN].map((pid) => inspect(pid));
  expect(seen).toEqual(Array(5).fill({ exists: true, startTime: '1' }));
  expect(looks).toEqual([OWN, STRANGER, STRANGER]);
});

test('once its channel is closed, or another process has its pid, it is looked up again', () => {
  const { inspect, looks, world } = aWorld();
  inspect(OWN);
  world.own = undefined;
  world.exists = false;
  expect(inspect(OWN)).toEqual({ exists: false });
  world.own = link();
  Object.assign(world, { exists: true, startTime: '2' });
  expect([inspect(OWN), inspect(OWN)]).toEqual(Array(2).fill({ exists: true, startTime: '2' }));
  expect(looks).toEqual([OWN, OWN, OWN]);
});

test('one that is not there yet is not remembered as missing', () => {
  const { inspect, world } = aWorld();
  world.exists = false;
  expect(inspect(OWN)).toEqual({ exists: false });
  world.exists = true;
  expect(inspect(OWN)).toEqual({ exists: true, startTime: '1' });
});
