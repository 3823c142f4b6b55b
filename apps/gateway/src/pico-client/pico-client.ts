import { Secret } from '@picoclaw/auth';
import { createPicoSession, type PicoSession } from '@picoclaw/client';
import { type ErrorCode, parseServerFrame, Subprotocol } from '@picoclaw/protocol';
import type { FastifyBaseLogger } from 'fastify';
import { WebSocket } from 'ws';
import type { Channel, Membership } from '../channel/channel.ts';
import type { Connection } from '../channel/connection.ts';
import { createFrameLimit } from '../channel/frame-limit.ts';
import type { PicoClientSettings } from '../settings.ts';
import { createHeardMessages, type HeardMessage } from './heard-message.ts';

/** The gateway as a client of another Pico server. */
export interface PicoClient {
  close(): void;
}

interface PicoClientOptions {
  readonly settings: PicoClientSettings;
  readonly channel: Pick<Channel, 'join'>;
  readonly log: FastifyBaseLogger;
}

/** Two agents that answer each other would never come to an end. */
const ANSWERS = { burst: 20, perSecond: 20 / 60 };

/**
 * Dials another Pico server and lets the agent answer what it says (gateway.md, "pico_client"). Question and answer go
 * through a session of this gateway, so they are stored, answered one after the other, and once each.
 */
export function createPicoClient(options: PicoClientOptions): PicoClient {
  return new LinkedPicoClient(options);
}

class LinkedPicoClient implements PicoClient {
  readonly #options: PicoClientOptions;
  readonly #remote: PicoSession;
  readonly #heard = createHeardMessages();
  readonly #answers = createHeardMessages();
  readonly #limit = createFrameLimit(ANSWERS);
  #place: Promise<Membership>;
  #isClosed = false;

  constructor(options: PicoClientOptions) {
    const { settings, channel, log } = options;
    this.#options = options;
    this.#place = channel.join(`pico_client:${settings.sessionId}`, this.#ear());
    this.#place.catch((error) => log.error({ code: 'pico_client', err: error }, 'pico_client has no session'));
    this.#remote = createPicoSession({
      url: settings.url,
      sessionId: settings.sessionId,
      webSocket: WebSocket,
      // In this order, for a server that knows neither and takes the first one that is offered.
      subprotocols: [Subprotocol.v1, Subprotocol.v2],
      ...(settings.token !== undefined && { token: settings.token, tokenIn: 'header' }),
    });
    this.#remote.onFrame((frame) => {
      for (const message of this.#heard.take(frame)) void this.#ask(message);
    });
    this.#watch();
  }

  close(): void {
    this.#isClosed = true;
    this.#remote.close();
    void this.#place.then(({ leave }) => leave()).catch(() => {});
  }

  async #ask({ id, content }: HeardMessage): Promise<void> {
    const { log } = this.#options;
    if (!this.#limit.take()) {
      log.warn({ code: 'pico_client_limited' }, 'pico_client: the other server says too much, this is not answered');
      return;
    }
    const { say } = await this.#place;
    say({ type: 'message.send', id, payload: { content, media: [], attachments: [] } });
  }

  /** Hears what the session answers. */
  #ear(): Connection {
    const { log } = this.#options;
    return {
      token: new Secret(''),
      // With ids that count: what the other server says again after a reconnect is not answered again.
      isNumbered: true,
      bufferedBytes: 0,
      send: (text) => {
        const parsed = parseServerFrame(text);
        if (!parsed.ok || this.#isClosed) return;
        for (const { content } of this.#answers.take(parsed.frame)) this.#remote.send(content);
      },
      refuse: (code: ErrorCode, message) => log.warn({ code, reason: message }, 'pico_client: a message was refused'),
      close: () => this.close(),
      terminate: () => this.close(),
    };
  }

  #watch(): void {
    const { log, settings } = this.#options;
    const { host } = new URL(settings.url);
    let last: string | undefined;
    this.#remote.subscribe(() => {
      const { state, closedBecause, lastEnd } = this.#remote.getSnapshot().connection;
      if (state === last) return;
      last = state;
      const end = state === 'connected' ? undefined : lastEnd?.code;
      log.info({ code: 'pico_client', host, state, closedBecause, end }, `pico_client is ${state}`);
    });
  }
}
