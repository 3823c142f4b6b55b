import type { Secret } from '@picoclaw/auth';
import type { ServiceKind } from '@picoclaw/config';

interface KindFacts {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: ReadonlyMap<string, Secret>;
}

/** Which of the two a unit runs, also one that another maker named; `undefined`: nothing of PicoClaw. */
export function kindOf({ name, program, args, environment }: KindFacts): ServiceKind | undefined {
  const said = environment.get('PICOCLAW_SERVICE_KIND')?.reveal();
  if (said === 'launcher' || said === 'gateway') return said;
  const line = [name, program, ...args].join(' ');
  const isPicoclaw = /picoclaw/i.test(line) || [...environment.keys()].some((key) => key.startsWith('PICOCLAW_'));
  if (!isPicoclaw) return undefined;
  if (args.includes('gateway')) return 'gateway';
  return /gateway/i.test(name) || /picoclaw-gateway|gateway\.js/i.test(line) ? 'gateway' : 'launcher';
}
