import { type FormEvent, useState } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { useTokenTexts } from '../sign-in/texts.ts';
import { Button } from '../ui/button.tsx';
import { TokenField } from '../ui/token-field.tsx';
import { UserName } from '../ui/user-name.tsx';
import styles from './connect.module.css';
import { useConnectTexts } from './texts.ts';
import type { useChannelToken } from './use-channel-token.ts';

interface RevealFormProps {
  channel: ReturnType<typeof useChannelToken>;
  onDone: () => void;
}

/** Asks for the launcher token once more: an unlocked screen is not enough to walk away with the channel token. */
export function RevealForm({ channel, onDone }: RevealFormProps) {
  const { t } = useConnectTexts();
  const { t: token } = useTokenTexts();
  const { t: common } = useTranslation();
  const [entered, setEntered] = useState('');
  const { problem, busy, secondsLeft } = channel;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await channel.reveal(entered)) onDone();
  };
  const cancel = () => {
    channel.clearProblem();
    onDone();
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} noValidate>
      <UserName />
      <TokenField
        label={token('signIn.label')}
        value={entered}
        onChange={(value) => {
          setEntered(value);
          channel.clearProblem();
        }}
        autoComplete="current-password"
        error={problem === undefined ? undefined : token(`signIn.${problem}`)}
        hint={t('token.revealHint')}
        paste
        autoFocus
      />
      <div className={styles.orders}>
        <Button type="submit" size="sm" tone="primary" busy={busy === 'reveal'} disabled={secondsLeft > 0}>
          {secondsLeft > 0 ? common('common.wait', { count: secondsLeft }) : t('token.show')}
        </Button>
        <Button size="sm" tone="quiet" onClick={cancel}>
          {common('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
