import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@picoclaw/auth';
import { parseServerFrame, type ServerFrame } from '@picoclaw/protocol';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type ClientOptions, WebSocket } from 'ws';
import type { Agent } from '../../src/agents/agent.ts';
import { createBuiltInAgent } from '../../src/agents/built-in-agent.ts';
import { buildGateway, type GatewayParts } from '../../src/app.ts';
import { createChannel } from '../../src/channel/channel.ts';
import { createHandedSockets } from '../../src/channel/handed-sockets.ts';
import { createMessageMedia } from '../../src/channel/message-media.ts';
import { createHistoryStore } from '../../src/history/history-store.ts';
import { createLoneRecords } from '../../src/history/lone-record.ts';
import type { GatewayIdentity } from '../../src/identity.ts';
import { createMediaStore } from '../../src/media/media-store.ts';
import { createPicoClients } from '../../src/pico-client/pico-clients.ts';
import { createReadiness } from '../../src/readiness.ts';
import { createReloader, type LoadResult } from '../../src/reloader.ts';
import { type ChannelSettings, createSettingsHolder, type GatewaySettings } from '../../src/settings.ts';

export const CHANNEL_TOKEN = 'channel-token-of-the-tests';
export const PID_TOKEN = '0123456789abcdef0123456789abcdef';

const channelDefaults: ChannelSettings = {
  enabled: true,
  token: new Secret(CHANNEL_TOKEN),
  allowTokenQuery: false,
  allowOrigins: [],
  pingIntervalMs: 30_000,
  readTimeoutMs: 60_000,
  writeTimeoutMs: 60_000,
  maxConnections: 100,
  maxMessageBytes: 1024 * 1024,
  whenBusy: 'wait',
};

/** Settings of a gateway whose channel is on, with changes. */
export function settingsWith(
  channel: Partial<ChannelSettings> = {},
  gateway: Partial<Omit<GatewaySettings, 'channel'>> = {},
): GatewaySettings {
  return {
    logLevel: 'trace',
    hotReload: false,
    pidTokenOverride: false,
    gatewayToken: undefined,
    picoClient: undefined,
    media: { maxAgeMs: 86_400_000, maxBytes: 1024 ** 3 },
    models: { defaultName: undefined, entries: [], maxContextTokens: 32_768, commandEnvironment: {} },
    ...gateway,
    channel: { ...channelDefaults, ...channel },
  };
}

interface TestGatewayOptions {
  readonly settings?: GatewaySettings;
  readonly agent?: Agent;
  /** Where sessions are kept, for a gateway that comes after another one. */
  readonly sessionsFolder?: string;
  readonly load?: () => Promise<LoadResult> | LoadResult;
}

/** A gateway without a process: all parts real, ready, log lines kept. */
export async function buildTestGateway(options: TestGatewayOptions = {}) {
  const { settings: initial = settingsWith(), load = () => ({ ok: false as const, reason: 'no files' }) } = options;
  const { agent = createBuiltInAgent({ status: () => 'fine', pieceDelayMs: 1 }) } = options;
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const identity: GatewayIdentity = {
    instanceId: 'instance-of-the-tests',
    pidToken: new Secret(PID_TOKEN),
    version: '1.2.3',
    startedAt: Date.now(),
  };
  const settings = createSettingsHolder(initial);
  const readiness = createReadiness();
  const folder = options.sessionsFolder ?? freshFolder();
  const history = createHistoryStore({ folder, log });
  const media = createMediaStore({ folder: join(folder, 'media'), log });
  const { pidToken, instanceId } = identity;
  const channel = createChannel({
    agent,
    records: createLoneRecords(history, log),
    media: createMessageMedia(media, log),
    settings,
    pidToken,
    instanceId,
    log,
  });
  const handed = createHandedSockets();
  const picoClients = createPicoClients({ channel, log });
  const apply = (next: GatewaySettings) => {
    settings.replace(next);
    channel.judgeAgain();
  };
  const reloader = createReloader({ load, apply, readiness, log });
  const parts: GatewayParts = {
    identity,
    settings,
    readiness,
    reloader,
    channel,
    history,
    media,
    handed,
    picoClients,
    log,
  };
  const app = await buildGateway(parts);
  readiness.phase = 'ready';
  return { app, parts, lines, folder };
}

/** Gateways outlive the tests that share them, so their folders go with the process. */
const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'picoclaw-sessions-'));
  folders.push(folder);
  return folder;
}

/** A gateway that listens on a free port of the loopback. */
export async function startTestGateway(options: TestGatewayOptions = {}) {
  const { app, parts, lines, folder } = await buildTestGateway(options);
  await app.bind({ addresses: [{ host: '127.0.0.1' }], port: 0 });
  return { app, parts, lines, folder, port: portOf(app) };
}

const portOf = (app: FastifyInstance): number => (app.server.address() as AddressInfo).port;

export const bearer = (token: string): ClientOptions => ({ headers: { authorization: `Bearer ${token}` } });

/** Opens a socket; throws unless it opens. */
export async function openSocket(
  port: number,
  { path = '/pico/ws', protocols = [], ...options }: ClientOptions & { path?: string; protocols?: string[] } = {},
): Promise<WebSocket> {
  const given = Object.keys(options).length === 0 && protocols.length === 0 ? bearer(CHANNEL_TOKEN) : options;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, given);
  await once(socket, 'open');
  return socket;
}

/** The status of the answer to an upgrade: 101, or the refusal. */
export async function upgradeStatus(
  port: number,
  { path = '/pico/ws', protocols = [], ...options }: ClientOptions & { path?: string; protocols?: string[] } = {},
): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);
  socket.on('error', () => undefined);
  const status = await new Promise<number>((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  socket.terminate();
  return status;
}

/** Collects frames until one satisfies; answers with all up to that one. */
export async function framesUntil(socket: WebSocket, isLast: (frame: ServerFrame) => boolean): Promise<ServerFrame[]> {
  const frames: ServerFrame[] = [];
  return new Promise((resolve, reject) => {
    const onClose = (code: number) => reject(new Error(`closed with ${code} after ${frames.length} frames`));
    const onMessage = (data: unknown) => {
      const result = parseServerFrame(String(data));
      if (!result.ok) return reject(new Error(result.message));
      frames.push(result.frame);
      if (!isLast(result.frame)) return;
      socket.off('message', onMessage);
      socket.off('close', onClose);
      resolve(frames);
    };
    socket.on('close', onClose);
    socket.on('message', onMessage);
  });
}

export const ofType =
  (type: ServerFrame['type']) =>
  (frame: ServerFrame): boolean =>
    frame.type === type;

/** Sends a message and answers with what the session says until it stops typing. */
export async function ask(socket: WebSocket, content: string, id?: string): Promise<ServerFrame[]> {
  const answer = framesUntil(socket, ofType('typing.stop'));
  socket.send(JSON.stringify({ type: 'message.send', ...(id !== undefined && { id }), payload: { content } }));
  return answer;
}
