import type { MessageFailure } from '@picoclaw/client';
import type { TFunction } from 'i18next';

const known = ['outbox_full', 'closed', 'rate_limited', 'empty_content', 'agent_failed'] as const;

/** Says why a message failed: our words for the codes we know, with the server's reason where it gave one. */
export function failureText(t: TFunction, { code, message }: MessageFailure): string {
  const ours = known.find((each) => each === code);
  if (ours === undefined) return message ?? t('chat.errors.other', { code });
  return ours === 'agent_failed' && message !== undefined
    ? `${t('chat.errors.agent_failed')} ${message}`
    : t(`chat.errors.${ours}`);
}
