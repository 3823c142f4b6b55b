import { readPidFile } from '@picoclaw/pid';
import type { Logger } from 'pino';
import { createAgents } from '../agents/agents.ts';
import type { GatewayParts } from '../app.ts';
import { type Channel, createChannel } from '../channel/channel.ts';
import { createHandedSockets } from '../channel/handed-sockets.ts';
import { createMessageMedia } from '../channel/message-media.ts';
import type { Sharing } from '../cluster/sharing.ts';
import { createHistoryStore, type HistoryStore } from '../history/history-store.ts';
import { createLoneRecords } from '../history/lone-record.ts';
import { formatUptime, type GatewayIdentity } from '../identity.ts';
import { type LoadedSettings, loadSettings, type SettingsSources } from '../load-settings.ts';
import { createMediaStore } from '../media/media-store.ts';
import { createPicoClients } from '../pico-client/pico-clients.ts';
import { createReadiness } from '../readiness.ts';
import { createReloader, type LoadResult } from '../reloader.ts';
import { createSettingsHolder, type SettingsHolder } from '../settings.ts';

/** Makes the sharing of a home's sessions, where that is wanted. */
export type Share = (files: HistoryStore) => Sharing;

type Loaded = Extract<LoadedSettings, { ok: true }>;

/** Makes the parts of a gateway and joins them. */
export function createParts(
  sources: SettingsSources,
  started: Loaded,
  identity: GatewayIdentity,
  log: Logger,
  share?: Share,
): GatewayParts {
  const settings = createSettingsHolder(started.settings);
  const readiness = createReadiness();
  const { sessionsDirectory, mediaDirectory } = sources.paths;
  const files = createHistoryStore({ folder: sessionsDirectory, log });
  const sharing = share?.(files);
  const history = sharing?.history ?? files;
  const media = createMediaStore({ folder: mediaDirectory, limits: () => settings.current.media, log });
  const agent = createAgents({
    settings: () => settings.current.models,
    status: () => statusText(identity, channel, settings),
    log,
  });
  const { pidToken, instanceId } = identity;
  const channel = createChannel({
    agent,
    records: sharing ?? createLoneRecords(files, log),
    media: createMessageMedia(media, log),
    settings,
    pidToken,
    instanceId,
    log,
  });
  const picoClients = createPicoClients({ channel, log });
  const reloader = createReloader({
    load: () => loadAgain(sources, started),
    apply: (next) => {
      settings.replace(next);
      log.level = next.logLevel;
      channel.judgeAgain();
      picoClients.follow(next.picoClient);
    },
    readiness,
    log,
  });
  readiness.addCheck('channel', () => channelProblem(settings));
  readiness.addCheck('pid_file', () => pidFileProblem(sources.paths.pidFile, identity));
  if (sharing !== undefined) readiness.addCheck('redis', () => sharing.problem);
  const handed = createHandedSockets();
  return { identity, settings, readiness, reloader, channel, handed, history, sharing, media, picoClients, log };
}

function loadAgain(sources: SettingsSources, started: Loaded): LoadResult {
  const loaded = loadSettings(sources);
  if (!loaded.ok) return loaded;
  const isMoved = JSON.stringify(loaded.bind) !== JSON.stringify(started.bind);
  const isOtherRedis = loaded.redis?.url.reveal() !== started.redis?.url.reveal();
  const restartNeeded = [isMoved ? ['gateway.host', 'gateway.port'] : [], isOtherRedis ? ['cluster.redis_url'] : []];
  return { ...loaded, restartNeeded: restartNeeded.flat() };
}

function channelProblem({ current: { channel } }: SettingsHolder): string | undefined {
  return channel.enabled && channel.token === undefined ? 'the channel has no token, so nobody can connect' : undefined;
}

/** Without its pid file nobody finds this gateway, and a second one could start. */
async function pidFileProblem(path: string, { instanceId }: GatewayIdentity): Promise<string | undefined> {
  const found = await readPidFile(path, { probeTimeoutMs: 200 });
  const isOurs = 'record' in found && found.record.instanceId === instanceId;
  return isOurs ? undefined : `the pid file is ${'record' in found ? "another gateway's" : found.state}`;
}

function statusText({ version, startedAt }: GatewayIdentity, channel: Channel, { current }: SettingsHolder): string {
  const { defaultName } = current.models;
  return [
    `- Gateway ${version}, up ${formatUptime(Date.now() - startedAt)}`,
    `- ${channel.connectionCount} open connections in ${channel.sessionCount} sessions`,
    defaultName === undefined
      ? '- Answers come from the built-in agent, offline'
      : `- The configured model is \`${defaultName}\``,
  ].join('\n');
}
