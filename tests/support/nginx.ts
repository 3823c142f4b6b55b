import { type Front, SUB_PATH, startFront } from './front.ts';

interface Site {
  /** The launcher behind it. */
  readonly upstreamPort: number;
  /** The launcher's `base_path`, with a slash at its end: `/`, or that of docs/behind-a-proxy.md. */
  readonly location: string;
}

/** Puts a real nginx with a certificate of its own in front of a launcher; answers with its port. */
export async function startNginx({ upstreamPort, location }: Site): Promise<Front['port']> {
  if (location !== '/' && location !== `${SUB_PATH}/`) throw new Error(`the page does not tell of ${location}`);
  return (await startFront({ name: 'nginx', upstreamPort, isInSubPath: location !== '/' })).port;
}
