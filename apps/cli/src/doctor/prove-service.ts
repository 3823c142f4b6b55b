import { setTimeout as wait } from 'node:timers/promises';
import { findLauncherToken, resolveChannelToken, type ServiceKind } from '@picoclaw/config';
import { z } from 'zod';
import { httpJson } from '../facts/http-json.ts';
import { launcherUrl, type OwnLauncher } from '../facts/launcher.ts';
import { readHomePidFile } from '../facts/pid-file.ts';
import type { Asker } from './facts.ts';
import { gatewayDoor } from './token-door.ts';

/** Whether a service that was just started takes the token of the files. */
export type ServiceProof =
  | { readonly ok: true; readonly detail: string }
  | {
      readonly ok: false;
      readonly reason: string;
      /** It answers, and does not let us in. */
      readonly isRefusal: boolean;
    };

interface World {
  readonly withinMs?: number;
  readonly now?: () => number;
}

const WITHIN_MS = 15_000;
const POLL_MS = 100;
/** One that refuses a right token is the one from before, which is still ending, or will refuse for ever. */
const MAX_REFUSALS = 3;

/** Signs in at the launcher as a person does, or opens the gateway's channel, until that works or the time is over. */
export async function proveService(kind: ServiceKind, asker: Asker, world: World = {}): Promise<ServiceProof> {
  const { withinMs = WITHIN_MS, now = Date.now } = world;
  const attempt = kind === 'launcher' ? () => signIn(asker) : () => openChannel(asker);
  const deadline = now() + withinMs;
  let refusals = 0;
  for (;;) {
    const tried = await attempt();
    if (tried.ok) return tried;
    refusals += tried.isRefusal ? 1 : 0;
    if (now() > deadline || refusals >= MAX_REFUSALS) return tried;
    await wait(tried.isRefusal ? 10 * POLL_MS : POLL_MS);
  }
}

async function signIn({ paths, environment }: Asker): Promise<ServiceProof> {
  const token = findLauncherToken(paths, environment)?.value;
  if (token === undefined) return { ok: false, reason: 'there is no launcher token yet', isRefusal: false };
  const url = launcherUrl(paths, environment);
  const answer = await httpJson(`${url}/login`, { method: 'POST', body: { token: token.reveal() } });
  if (!answer.answered) return { ok: false, reason: `${url} does not answer (${answer.code})`, isRefusal: false };
  if (answer.status === 200) return settled({ url, token });
  return { ok: false, reason: `a sign-in at ${url} was answered ${answer.status}`, isRefusal: true };
}

const Status = z.object({ gateway_status: z.string() });

/** What is examined while the launcher still starts its gateway would look worse than it is. */
async function settled({ url, token }: OwnLauncher): Promise<ServiceProof> {
  const answer = await httpJson(`${url}/api/gateway/status`, { token });
  const status = answer.answered ? Status.safeParse(answer.body).data?.gateway_status : undefined;
  if (status === 'starting' || status === 'restarting')
    return { ok: false, reason: `the gateway is ${status}`, isRefusal: false };
  return { ok: true, detail: `a sign-in at ${url} works` };
}

async function openChannel({ paths, environment }: Asker): Promise<ServiceProof> {
  const [found, { value: token }] = [
    await readHomePidFile({ paths, environment }),
    resolveChannelToken(paths, environment),
  ];
  if (token === undefined) return { ok: false, reason: 'there is no channel token yet', isRefusal: false };
  if (found.state !== 'alive') return { ok: false, reason: 'the gateway does not run', isRefusal: false };
  const { state, detail, status } = await gatewayDoor(found.record)(token);
  if (state === 'accepted') return { ok: true, detail: 'its channel opens' };
  return { ok: false, reason: `the gateway ${detail}`, isRefusal: status !== undefined && status !== 503 };
}
