import { boundEvidence, type Finding } from '@picoclaw/findings';
import { gatewayOrigin } from '@picoclaw/pid';
import { z } from 'zod';
import { httpJson } from '../../facts/http-json.ts';
import type { GatewayFact } from '../facts.ts';
import { PATIENT_MS } from '../patience.ts';

const Readiness = z.object({
  phase: z.string().optional(),
  checks: z.record(z.string(), z.object({ status: z.string(), message: z.string().optional() })).optional(),
});

/** A gateway that lives but does not work: `/ready` says so, or it says nothing. */
export async function checkReadiness(
  { pidFile }: Pick<GatewayFact, 'pidFile'>,
  { timeoutMs = PATIENT_MS } = {},
): Promise<Finding[]> {
  if (pidFile.state !== 'alive') return [];
  const url = `${gatewayOrigin(pidFile.record)}/ready`;
  const answer = await httpJson(url, { timeoutMs });
  if (answer.answered && answer.status === 200) return [];
  const seen = answer.answered ? `${url} answered ${answer.status}` : `${url} did not answer (${answer.code})`;
  return [
    {
      code: 'gateway-not-ready',
      severity: 'error',
      message: `The gateway lives (pid ${pidFile.record.pid}) but is not ready.`,
      evidence: boundEvidence([seen, ...(answer.answered ? whatFails(answer.body) : [])]),
      fix: 'picoclaw-launcher gateway logs says why; picoclaw-launcher gateway restart starts it anew',
    },
  ];
}

function whatFails(body: unknown): string[] {
  const said = Readiness.safeParse(body);
  if (!said.success) return [];
  const { phase, checks = {} } = said.data;
  const failed = Object.entries(checks).filter(([, { status }]) => status !== 'ok');
  return [
    ...(phase === undefined ? [] : [`phase: ${phase}`]),
    ...failed.map(([name, { message }]) => `${name}: ${message ?? 'failed'}`),
  ];
}
