import { type OpenKey, openKeyOf, readCertificate } from '@picoclaw/config';
import type { Facts } from '../facts.ts';
import type { Repair, RepairPlan } from '../repair-plan.ts';
import { planTightening } from './tighten.ts';

/** Takes the key of the certificate from others; a certificate itself is for whoever issues it. */
export const certificateRepair: Repair = {
  codes: ['certificate'],
  targets: (facts) => {
    const open = openKey(facts);
    return open === undefined ? [] : [open.file];
  },
  plan(facts, target): RepairPlan {
    const open = openKey(facts);
    if (open?.file !== target) return { state: 'nothing' };
    const own = process.geteuid?.();
    if (own === 0 || open.uid === own) return planTightening(open);
    const command = `chmod ${open.wanted.toString(8)} ${JSON.stringify(target)}`;
    return {
      state: 'by-hand',
      reason: `${target} belongs to another user (uid ${open.uid}), who has to run: ${command}`,
    };
  },
};

function openKey({ launcher: { config } }: Pick<Facts, 'launcher'>): OpenKey | undefined {
  const { cert, key } = config?.tls ?? {};
  if (cert === undefined || key === undefined) return undefined;
  // One that is not there, or no key, is nothing to be made secret.
  return readCertificate({ cert, key }).ok ? openKeyOf(key) : undefined;
}
