import { useEffect, useState } from 'react';
import { refusalText } from '../api/refusal-text.ts';
import type { Reply } from '../api/request.ts';
import { fetchVersion, type Version } from '../api/settings.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import styles from './settings.module.css';
import { useSettingsTexts } from './texts.ts';

/** Which launcher this is. */
export function AboutCard() {
  const { t } = useSettingsTexts();
  const { t: common } = useTranslation();
  const [reply, setReply] = useState<Reply<Version>>();
  useEffect(() => {
    const left = new AbortController();
    void fetchVersion(left.signal).then((answer) => left.signal.aborted || setReply(answer));
    return () => left.abort();
  }, []);
  return (
    <Card title={t('about.heading')}>
      {reply === undefined && <Skeleton lines={2} />}
      {reply?.ok === false && <Notice tone="danger">{refusalText(common, reply)}</Notice>}
      {reply?.ok && (
        <dl className={styles.facts}>
          <dt>{t('about.launcher')}</dt>
          <dd>{reply.value.version}</dd>
          <dt>{t('about.node')}</dt>
          <dd>{reply.value.node}</dd>
        </dl>
      )}
    </Card>
  );
}
