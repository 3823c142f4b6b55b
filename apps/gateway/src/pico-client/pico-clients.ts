import type { FastifyBaseLogger } from 'fastify';
import type { Channel } from '../channel/channel.ts';
import type { PicoClientSettings } from '../settings.ts';
import { createPicoClient, type PicoClient } from './pico-client.ts';

/** The one client of another server that the configuration asks for, or none. */
export interface PicoClients {
  /** Connects as these settings say; the same ones change nothing. */
  follow(settings: PicoClientSettings | undefined): void;
  close(): void;
}

/** Connects to nobody yet. */
export function createPicoClients(options: {
  readonly channel: Pick<Channel, 'join'>;
  readonly log: FastifyBaseLogger;
}): PicoClients {
  let current: { readonly settings: PicoClientSettings; readonly client: PicoClient } | undefined;
  const close = () => {
    current?.client.close();
    current = undefined;
  };
  return {
    follow(settings) {
      if (current !== undefined && settings !== undefined && isSame(current.settings, settings)) return;
      close();
      if (settings !== undefined) current = { settings, client: createPicoClient({ ...options, settings }) };
    },
    close,
  };
}

function isSame(before: PicoClientSettings, after: PicoClientSettings): boolean {
  const isSameToken =
    before.token === undefined || after.token === undefined
      ? before.token === after.token
      : before.token.equals(after.token);
  return isSameToken && before.url === after.url && before.sessionId === after.sessionId;
}
