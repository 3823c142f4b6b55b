import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { api } from './api.ts';
import { freshHome, writeHomeFile } from './home.ts';
import { pidOfGateway, type RunningLauncher, startLauncher, until } from './processes.ts';
import { signIn } from './sign-in.ts';
import type { Way } from './way.ts';

const TOKEN = 'launcher-token-for-tests';

/** A launcher that reaches its gateway in one of the ways, and somebody who is signed in. */
export interface Reached {
  readonly home: string;
  readonly launcher: RunningLauncher;
  readonly token: string;
  readonly cookie: string;
  /** The address of the chat. */
  readonly ws: string;
  readonly gatewayPid: number;
}

interface ReachOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Settings of the Pico channel. */
  readonly pico?: Readonly<Record<string, unknown>>;
}

/** Starts both, and signs in. */
export async function reach(way: Way, { args = [], env = {}, pico = {} }: ReachOptions = {}): Promise<Reached> {
  const home = freshHome();
  writeHomeFile(home, 'launcher-config.json', { launcher_token: TOKEN });
  writeHomeFile(home, 'config.json', {
    channels: { pico: { enabled: true, token: 'channel-token-for-tests', ...pico } },
  });
  const launcher = await startLauncher({ home, args, env, way });
  await until(async () => (await api(launcher.url, TOKEN).status())['gateway_status'] === 'running', launcher.output);
  const cookie = await signIn(launcher.url, TOKEN);
  const ws = `${launcher.url.replace('http', 'ws')}/pico/ws`;
  return { home, launcher, token: TOKEN, cookie, ws, gatewayPid: pidOfGateway(home) };
}

/** A number of `/metrics`; `NaN` while there is none of that name. */
export async function metric(
  { launcher, cookie }: Pick<Reached, 'launcher' | 'cookie'>,
  name: string,
): Promise<number> {
  const page = await fetch(`${launcher.url}/metrics`, { headers: { cookie } });
  const lines = (await page.text()).split('\n');
  const line = lines.find((one) => one.startsWith(`picoclaw_launcher_${name} `));
  return Number(line?.split(' ')[1]);
}

/** How a browser opens the chat. */
export const asPerson = ({ cookie, launcher }: Reached) => ({ headers: { cookie, origin: launcher.url } });

/** The code with which a socket is closed. */
export async function closing(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}
