import type { TFunction } from 'i18next';
import type { Refusal } from './request.ts';

/** What to tell a person about a refusal that no field of the page explains better. */
export function refusalText(t: TFunction, refusal: Refusal): string {
  if (refusal.code === 'unreachable') return t('common.unreachable');
  return refusal.message ?? t('common.unexpected', { code: refusal.code });
}
