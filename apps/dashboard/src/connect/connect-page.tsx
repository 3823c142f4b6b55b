import { useCallback, useEffect, useState } from 'react';
import { fetchPicoInfo, type PicoInfo } from '../api/pico.ts';
import { refusalText } from '../api/refusal-text.ts';
import type { Refusal } from '../api/request.ts';
import { useGatewayStatus } from '../events/gateway-status.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { useLeaving } from '../shell/leaving.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import styles from './connect.module.css';
import { SnippetCard } from './snippet-card.tsx';
import { TestCard } from './test-card.tsx';
import { useConnectTexts } from './texts.ts';
import { TokenCard } from './token-card.tsx';
import { addressOfWay, type Way, WayCard } from './way-card.tsx';

/** How a program connects: where to, by which token, and whether it works. */
export function ConnectPage() {
  const { t } = useConnectTexts();
  const { t: common } = useTranslation();
  const [way, setWay] = useState<Way>('launcher');
  const { info, refusal, load, setInfo } = useInfo();
  const gateway = useGatewayStatus();
  const address = addressOfWay(way, info, gateway);
  return (
    <Page title={t('title')} lead={t('lead')}>
      {refusal !== undefined && (
        <Notice tone="danger" role="alert">
          <div className={styles.line}>
            <span>{refusalText(common, refusal)}</span>
            <Button size="sm" onClick={() => void load()}>
              {common('common.tryAgain')}
            </Button>
          </div>
        </Notice>
      )}
      <WayCard way={way} onWay={setWay} info={info} gateway={gateway} />
      <SnippetCard way={way} address={address} isDown={way === 'gateway' && gateway !== undefined} />
      <TokenCard info={info} onEnabled={setInfo} />
      <TestCard info={info} />
    </Page>
  );
}

function useInfo() {
  const leaving = useLeaving();
  const [info, setInfo] = useState<PicoInfo>();
  const [refusal, setRefusal] = useState<Refusal>();
  const load = useCallback(
    async (signal?: AbortSignal) => {
      const reply = await fetchPicoInfo(signal);
      if (signal?.aborted) return;
      if (reply.ok) setInfo(reply.value);
      else if (reply.status === 401) leaving.sessionEnded();
      setRefusal(reply.ok ? undefined : reply);
    },
    [leaving],
  );
  useEffect(() => {
    const left = new AbortController();
    void load(left.signal);
    return () => left.abort();
  }, [load]);
  return { info, refusal, load, setInfo };
}
