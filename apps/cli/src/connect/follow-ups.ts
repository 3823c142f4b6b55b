import { connect as tlsConnect } from 'node:tls';
import { composeToken, type Secret } from '@picoclaw/auth';
import { z } from 'zod';
import { type HttpAnswer, httpJson } from '../facts/http-json.ts';
import type { Case, Evidence } from './case.ts';
import { httpBase } from './given-url.ts';
import type { Home, HomeToken } from './home.ts';
import { observe } from './observe.ts';
import type { ReasonCode } from './reasons.ts';
import type { Way } from './way.ts';

/** A try that tells two reasons apart which look the same at first. */
type FollowUp = (tried: Case, token: Secret | undefined, home: Home) => Promise<Evidence> | Evidence;

const TLS_TIMEOUT_MS = 2_000;

const Health = z.object({ status: z.literal('ok') });
const PicoInfo = z.object({ enabled: z.boolean() });

/** What to try next, by the reason that stands after the first look. */
export const followUps: Readonly<Partial<Record<ReasonCode, FollowUp>>> = {
  token_drift: whatWorksInstead,
  embedded_token: whatWorksInstead,
  gateway_down: async (tried, token, home) => ({
    ...(tried.way.target !== 'given' && { pidFile: home.gateway.trouble }),
    ...(tried.observation.kind === 'answered' && { isChannelEnabled: await isChannelEnabled(tried, token, home) }),
  }),
  not_picoclaw: async ({ way, observation }) => ({
    isPicoClawBehind: Health.safeParse(bodyOf(await httpJson(`${httpBase(way.url)}/health`))).success,
    // Some servers answer plain HTTP on a TLS port with 400 and a page that says so.
    ...(observation.kind === 'answered' && observation.status === 400 && { speaksTls: await speaksTls(way.url) }),
  }),
  network_error: async ({ way }) => ({ speaksTls: way.url.startsWith('ws:') && (await speaksTls(way.url)) }),
  tls_failed: async ({ way }) => ({ speaksPlain: await speaksPlain(way.url) }),
  pid_file_unusable: (_tried, _token, home) => ({ pidFile: home.gateway.trouble }),
};

async function whatWorksInstead({ way, tokenKind }: Case, _token: Secret | undefined, home: Home): Promise<Evidence> {
  const isPlainOne = tokenKind === 'channel' && way.target === 'gateway';
  if (isPlainOne && (await composedWorks(way, home))) return { composedWorks: true };
  const others = home.tokens.others[tokenKind === 'launcher' ? 'launcher' : 'channel'];
  return { composedWorks: false, worksFrom: await otherThatWorks(way, others) };
}

const bodyOf = (answer: HttpAnswer): unknown => (answer.answered ? answer.body : undefined);

async function isConnected({ url, target }: Way, value: Secret): Promise<boolean> {
  const presentation = { token: { value, method: 'bearer' }, isOwn: target === 'launcher' } as const;
  return (await observe(url, presentation)).kind === 'connected';
}

async function composedWorks(way: Way, { gateway, tokens }: Home): Promise<boolean> {
  const { record } = gateway;
  if (record === undefined || tokens.channel === undefined) return false;
  return isConnected(way, composeToken(record.token, tokens.channel.value));
}

async function otherThatWorks(way: Way, others: readonly HomeToken[]): Promise<string | undefined> {
  for (const { value, from } of others) if (await isConnected(way, value)) return from;
  return undefined;
}

async function isChannelEnabled(
  { way }: Case,
  token: Secret | undefined,
  { tokens }: Home,
): Promise<boolean | undefined> {
  const ownToken = way.target === 'launcher' ? tokens.launcher?.value : undefined;
  const info = PicoInfo.safeParse(
    bodyOf(await httpJson(`${httpBase(way.url)}/api/pico/info`, { token: ownToken ?? token })),
  );
  return info.success ? info.data.enabled : undefined;
}

async function speaksPlain(url: string): Promise<boolean> {
  const answer = await httpJson(`${httpBase(url).replace(/^https/, 'http')}/health`);
  return answer.answered;
}

function speaksTls(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve) => {
    // Only whether it speaks: nothing is sent, so it need not be trusted.
    const socket = tlsConnect({
      host,
      port: Number(port || (protocol === 'wss:' ? 443 : 80)),
      rejectUnauthorized: false,
    });
    const finish = (speaks: boolean) => {
      resolve(speaks);
      socket.destroy();
    };
    socket.setTimeout(TLS_TIMEOUT_MS, () => finish(false));
    socket.once('secureConnect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
