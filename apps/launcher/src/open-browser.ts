import { spawn } from 'node:child_process';
import { desktopEnvironment, type Environment } from '@picoclaw/config';

/** Opens the default browser on a desktop session; on a server, over ssh or in a container nothing happens. */
export function openBrowser(url: string, environment: Environment): void {
  const command = commandFor(environment);
  if (command === undefined) return;
  const [program = '', ...args] = command;
  // No browser is no reason to complain: the address stands on the console.
  spawn(program, [...args, url], { env: desktopEnvironment(environment), detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}

function commandFor({ lookup }: Environment): string[] | undefined {
  if (lookup('SSH_CONNECTION') !== undefined) return undefined;
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  const hasDesktop = lookup('DISPLAY') !== undefined || lookup('WAYLAND_DISPLAY') !== undefined;
  return hasDesktop ? ['xdg-open'] : undefined;
}
