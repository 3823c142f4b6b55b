import { expect, test } from 'vitest';
import { TOKEN } from '../build-test-launcher.ts';
import { aGateway, valuesOf } from '../fixtures/a-gateway.ts';
import { aRunningLauncher } from '../fixtures/a-running-launcher.ts';
import { headerOf } from '../fixtures/peers.ts';

const OWN = `token.${TOKEN}`;

/** What is offered, what the gateway gets to see of it, what it selects, and what the client gets. */
const TABLE: readonly (readonly [string | undefined, string | undefined, string | undefined, string | number])[] = [
  [undefined, undefined, undefined, 'none'],
  ['pico.v1', 'pico.v1', 'pico.v1', 'pico.v1'],
  ['pico.v1', 'pico.v1', undefined, 'pico.v1'],
  ['pico.v2', 'pico.v2', 'pico.v2', 'pico.v2'],
  ['pico.v2', 'pico.v2', undefined, 'none'],
  ['pico.v2', 'pico.v2', 'pico.v1', 502],
  ['pico.v2, pico.v1', 'pico.v2, pico.v1', 'pico.v2', 'pico.v2'],
  ['pico.v2, pico.v1', 'pico.v2, pico.v1', 'pico.v1', 'pico.v1'],
  ['pico.v2, pico.v1', 'pico.v2, pico.v1', undefined, 'pico.v1'],
  [OWN, undefined, undefined, OWN],
  [`pico.v1, ${OWN}`, 'pico.v1', 'pico.v1', 'pico.v1'],
  [`${OWN}, pico.v2`, 'pico.v2', 'pico.v2', 'pico.v2'],
  [`${OWN}, pico.v2`, 'pico.v2', undefined, OWN],
  [`${OWN}, pico.v1`, 'pico.v1', undefined, 'pico.v1'],
  [OWN, undefined, OWN, 502],
  ['chat', undefined, undefined, 'none'],
  ['chat', undefined, 'chat', 502],
];

test.each(TABLE)(
  'offered %s, passed on as %s, selected %s, answered %s',
  async (offered, passedOn, selects, answer) => {
    const launcher = await aRunningLauncher();
    const gateway = await aGateway({ pidFile: launcher.paths.pidFile, selects });
    const proof: Record<string, string> = offered?.includes(OWN)
      ? {}
      : { Cookie: launcher.cookie, Origin: launcher.origin };
    const { status, head } = await launcher.upgrade('/pico/ws', {
      ...proof,
      ...(offered !== undefined && { 'Sec-WebSocket-Protocol': offered }),
    });
    expect(valuesOf(gateway.seen[0], 'sec-websocket-protocol')).toEqual(passedOn === undefined ? [] : [passedOn]);
    expect(status).toBe(typeof answer === 'number' ? answer : 101);
    if (status === 101) expect(headerOf(head, 'sec-websocket-protocol') ?? 'none').toBe(answer);
  },
);
