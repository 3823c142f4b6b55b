import { BlockList, isIPv4 } from 'node:net';
import { join } from 'node:path';
import type { LauncherConfig, Paths } from '@picoclaw/config';
import { boundEvidence, type Finding } from '@picoclaw/findings';
import { createLogTail } from '@picoclaw/log';
import { z } from 'zod';

const Noted = z.object({ code: z.string(), peer: z.string().optional() });

/** What the launcher noted of forwarded requests since it was started. */
type ReadNotes = (file: string) => readonly string[];

/**
 * A reverse proxy that the launcher does not believe: behind it every client has the address of the proxy. The launcher's
 * own note proves it; settings that only make sense behind a proxy are a hint, and said to be no more.
 */
export function checkProxy(
  config: LauncherConfig | undefined,
  paths: Paths,
  { readNotes = peersNoted }: { readonly readNotes?: ReadNotes } = {},
): Finding[] {
  if (config === undefined) return [];
  const peers = readNotes(join(paths.logsDirectory, 'launcher.log')).filter(
    (peer) => !isIn(config.trusted_proxy_cidrs, peer),
  );
  if (peers.length > 0) return [noted(peers)];
  const hints = [
    ...(config.base_path === '/' ? [] : [`base_path is ${config.base_path}`]),
    ...(config.allowed_hosts.length === 0 ? [] : [`allowed_hosts names ${config.allowed_hosts.join(', ')}`]),
  ];
  if (hints.length === 0 || config.trusted_proxy_cidrs.length > 0) return [];
  return [
    {
      code: 'proxy-untrusted',
      severity: 'info',
      message: 'The settings look as if a reverse proxy is in front of the launcher, and none is trusted.',
      evidence: boundEvidence([...hints, 'trusted_proxy_cidrs is empty', 'no forwarded request was noted yet']),
      fix: 'if there is a proxy, name its address in "trusted_proxy_cidrs"; else this can be left alone',
    },
  ];
}

const noted = (peers: readonly string[]): Finding => ({
  code: 'proxy-untrusted',
  severity: 'warn',
  message: 'Requests came with X-Forwarded-For from an address that is no trusted proxy: it was not believed.',
  evidence: boundEvidence(peers.map((peer) => `sent by ${peer}`)),
  fix: `if that is your reverse proxy: "trusted_proxy_cidrs": [${peers
    .slice(0, 2)
    .map((peer) => `"${peer}/${isIPv4(peer) ? 32 : 128}"`)
    .join(', ')}] in launcher-config.json; else somebody only pretends`,
});

/** The peers that launcher.log names since the launcher was started last. */
const peersNoted: ReadNotes = (file) => {
  const notes = createLogTail(file)
    .read()
    .filter((line) => /"code":"(?:proxy_untrusted|launcher_token)"/.test(line))
    .map(parse);
  const ofThisRun = notes.slice(notes.findLastIndex((note) => note?.code === 'launcher_token') + 1);
  const peers = ofThisRun.map((note) => note?.peer).filter((peer) => peer !== undefined);
  return [...new Set(peers)].filter((peer) => /^[\da-f.:]{2,45}$/i.test(peer));
};

function parse(line: string): z.infer<typeof Noted> | undefined {
  try {
    return Noted.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function isIn(cidrs: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/');
    list.addSubnet(network, Number(bits), isIPv4(network) ? 'ipv4' : 'ipv6');
  }
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}
