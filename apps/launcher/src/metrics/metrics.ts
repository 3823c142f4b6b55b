import type { Hub } from '@picoclaw/hub';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ReadGatewayStatus } from '../gateway/gateway-status.ts';
import type { GatewayState } from '../gateway/lifecycle.ts';
import type { SocketTransport } from '../gateway/socket-job.ts';
import type { HandedCount } from '../gateway/socket-transports.ts';
import type { Supervisor } from '../gateway/supervise.ts';
import type { Counters } from './counters.ts';

/** Where the numbers come from. */
export interface MetricSources {
  readonly counters: Counters;
  readonly sockets: Pick<SocketTransport, 'openCount' | 'pendingCount'> & HandedCount;
  readonly hub: Pick<Hub, 'stats'>;
  readonly sessionCount: () => number;
  readonly supervisor: Pick<Supervisor, 'status'>;
  readonly readStatus: ReadGatewayStatus;
}

/** As an object, so that the compiler misses a state that is missing. */
const STATES = Object.keys({
  ...{ running: true, starting: true, restarting: true },
  ...{ stopping: true, stopped: true, error: true },
} satisfies Record<GatewayState, true>);
const PREFIX = 'picoclaw_launcher_';

/** Everything that `GET /metrics` says; listed in docs/metrics.md. The process's own numbers are prom-client's. */
export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { counters, sockets, hub, supervisor } = sources;
  counter(registry, 'logins_total', 'Attempts to sign in, by outcome', 'outcome', () => counters.logins);
  counter(registry, 'upgrades_total', 'Upgrades of /pico/ws, by status', 'status', () => counters.upgrades);
  gauge(registry, 'sessions', 'Sessions that this process has started and that are valid', sources.sessionCount);
  gauge(registry, 'sockets_open', 'WebSockets to the gateway', () => sockets.openCount);
  gauge(registry, 'sockets_handed', 'Those that the gateway itself has', () => sockets.handedCount);
  gauge(registry, 'sockets_pending', 'Upgrades that the gateway has not answered', () => sockets.pendingCount);
  gauge(registry, 'event_connections', 'Connections of /api/events', () => hub.stats().connections);
  totals(registry, 'events_delivered_total', 'Events handed to connections', () => hub.stats().delivered);
  totals(registry, 'events_dropped_total', 'Events left out for slow connections', () => hub.stats().dropped);
  totals(
    registry,
    'gateway_restarts_total',
    'Restarts after a death',
    async () => (await supervisor.status()).restarts,
  );
  new Gauge({
    name: `${PREFIX}gateway_state`,
    help: 'The state of the gateway: 1 for the one that it is in',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const { gateway_status: current } = await sources.readStatus();
      for (const state of STATES) this.set({ state }, state === current ? 1 : 0);
    },
  });
  return registry;
}

type Count = () => number | Promise<number>;

function gauge(registry: Registry, name: string, help: string, value: Count): void {
  new Gauge({
    name: `${PREFIX}${name}`,
    help,
    registers: [registry],
    async collect() {
      this.set(await value());
    },
  });
}

/** A counter that is kept elsewhere. */
function totals(registry: Registry, name: string, help: string, value: Count): void {
  new Counter({
    name: `${PREFIX}${name}`,
    help,
    registers: [registry],
    async collect() {
      const total = await value();
      this.reset();
      this.inc(total);
    },
  });
}

function counter(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  values: () => ReadonlyMap<string, number>,
): void {
  new Counter({
    name: `${PREFIX}${name}`,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, total] of values()) this.inc({ [label]: value }, total);
    },
  });
}
