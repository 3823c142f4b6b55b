import type { LauncherConfig } from '@picoclaw/config';
import { gatewayOrigin } from '@picoclaw/pid';

type Place = Partial<Pick<LauncherConfig, 'bindHosts' | 'base_path' | 'tls'>>;

/** Where a launcher with this configuration answers, as this machine connects to it; without a slash at its end. */
export function launcherAddress({ bindHosts = [], base_path: basePath = '/', tls }: Place, port: number): string {
  const plain = gatewayOrigin({ host: bindHosts.map(({ host }) => host).join(','), port });
  const origin = tls?.cert === undefined ? plain : plain.replace(/^http:/, 'https:');
  return `${origin}${basePath === '/' ? '' : basePath}`;
}
