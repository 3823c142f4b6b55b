/** Where the gateway is in its life; only `ready` and `reloading` accept new connections. */
type Phase = 'starting' | 'ready' | 'reloading' | 'stopping';

/** One part that must be well for the gateway to be ready: `undefined`, or what is wrong. */
type ReadinessCheck = () => Promise<string | undefined> | string | undefined;

/** What `/ready` says. */
interface ReadinessReport {
  readonly ready: boolean;
  readonly phase: Phase;
  readonly checks: Readonly<Record<string, { status: 'ok' } | { status: 'failed'; message: string }>>;
}

/** Knows the phase and the checks of a running gateway. */
export interface Readiness {
  phase: Phase;
  addCheck(name: string, check: ReadinessCheck): void;
  report(): Promise<ReadinessReport>;
}

/** Starts in `starting`, with no checks. */
export function createReadiness(): Readiness {
  const checks = new Map<string, ReadinessCheck>();
  return {
    phase: 'starting',
    addCheck(name, check) {
      checks.set(name, check);
    },
    async report() {
      const results = await Promise.all([...checks].map(async ([name, check]) => [name, await run(check)] as const));
      const ready = this.phase === 'ready' && results.every(([, { status }]) => status === 'ok');
      return { ready, phase: this.phase, checks: Object.fromEntries(results) };
    },
  };
}

async function run(check: ReadinessCheck): Promise<{ status: 'ok' } | { status: 'failed'; message: string }> {
  try {
    const problem = await check();
    return problem === undefined ? { status: 'ok' } : { status: 'failed', message: problem };
  } catch {
    // The reason may name paths, and /ready is open to all.
    return { status: 'failed', message: 'the check itself failed' };
  }
}
