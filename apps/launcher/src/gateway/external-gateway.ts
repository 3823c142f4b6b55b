import { askReady } from './ready-probe.ts';

/** A gateway on another host (`gateway_url`): no pid file tells of it, and no order reaches it. */
export interface ExternalGateway {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** What its paths begin with, without a slash at the end; empty at the root. */
  readonly basePath: string;
  /** Whether it answers now; asked at most once a second. */
  look(): Promise<{ readonly isUp: true } | { readonly isUp: false; readonly reason: string }>;
}

const BELIEVED_MS = 1_000;

/** Takes `gateway_url` apart; the configuration has checked that it is an http or https address. */
export function createExternalGateway(gatewayUrl: string, now = () => performance.now()): ExternalGateway {
  const url = new URL(gatewayUrl);
  const isSecure = url.protocol === 'https:';
  const place = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (isSecure ? 443 : 80)),
    isSecure,
    basePath: url.pathname.replace(/\/+$/, ''),
  };
  let remembered: { at: number; answer: ReturnType<ExternalGateway['look']> } | undefined;
  const ask: ExternalGateway['look'] = async () => {
    const answer = await askReady(place);
    const at = `${url.origin}${place.basePath}`;
    if (!answer.answered) {
      const how = answer.refused ? 'refuses connections' : 'does not answer';
      return { isUp: false, reason: `The gateway at ${at} ${how} (gateway_url in launcher-config.json).` };
    }
    // One that knows no /ready is not said to be down for that, nor one of which a part is not well.
    if (answer.status !== 503 || answer.phase === 'ready') return { isUp: true };
    return { isUp: false, reason: `The gateway at ${at} says that it is not ready.` };
  };
  return {
    ...place,
    look() {
      if (remembered === undefined || now() - remembered.at >= BELIEVED_MS) remembered = { at: now(), answer: ask() };
      return remembered.answer;
    },
  };
}
