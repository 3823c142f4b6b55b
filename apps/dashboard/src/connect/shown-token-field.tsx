import { Eye, EyeOff } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useTranslation } from '../i18n/use-translation.ts';
import { useCountdown } from '../sign-in/countdown.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Notice } from '../ui/notice.tsx';
import styles from './connect.module.css';
import { useConnectTexts } from './texts.ts';
import type { ShownToken } from './use-channel-token.ts';

interface ShownTokenFieldProps {
  shown: ShownToken;
  onHide: () => void;
}

/** The channel token to copy, covered unless asked for, and gone after a minute. */
export function ShownTokenField({ shown: { token, untilMs, reloaded }, onHide }: ShownTokenFieldProps) {
  const { t } = useConnectTexts();
  const { t: common } = useTranslation();
  const id = useId();
  const [isVisible, setVisible] = useState(false);
  const secondsLeft = useCountdown(untilMs);
  useEffect(() => {
    if (secondsLeft === 0) onHide();
  }, [secondsLeft, onHide]);
  const Icon = isVisible ? EyeOff : Eye;
  return (
    <div className={styles.shown}>
      {reloaded !== undefined && (
        <Notice tone={reloaded ? 'success' : 'warning'} role="status">
          {t(reloaded ? 'token.rotated' : 'token.notReloaded')}
        </Notice>
      )}
      <label htmlFor={id}>{t(reloaded === undefined ? 'token.current' : 'token.new')}</label>
      <div className={styles.secret}>
        <input id={id} type={isVisible ? 'text' : 'password'} value={token} readOnly autoComplete="off" />
        <IconButton
          label={isVisible ? common('common.hide') : common('common.show')}
          aria-pressed={isVisible}
          onClick={() => setVisible(!isVisible)}
        >
          <Icon size={18} aria-hidden="true" />
        </IconButton>
        <CopyButton text={token} />
      </div>
      <div className={styles.line}>
        <p className={styles.muted}>{t('token.hidesIn', { seconds: secondsLeft })}</p>
        <Button size="sm" tone="quiet" onClick={onHide}>
          {t('token.hide')}
        </Button>
      </div>
    </div>
  );
}
