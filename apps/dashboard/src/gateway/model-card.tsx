import { useEffect, useId, useState } from 'react';
import type { GatewayStatus } from '../api/gateway.ts';
import { fetchModels, type Models, setDefaultModel } from '../api/models.ts';
import { refusalText } from '../api/refusal-text.ts';
import type { Refusal } from '../api/request.ts';
import { useTranslation } from '../i18n/use-translation.ts';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useToast } from '../ui/toast.tsx';
import styles from './gateway.module.css';
import { useGatewayTexts } from './texts.ts';

/** Chooses who answers. */
export function ModelCard({ status }: { status: GatewayStatus | undefined }) {
  const { t } = useGatewayTexts();
  const { t: common } = useTranslation();
  const { models, refusal, choose } = useModels(status?.config_default_model);
  return (
    <Card title={t('model.heading')} text={t('model.lead')}>
      {refusal !== undefined && (
        <Notice tone="danger" role="alert">
          {refusalText(common, refusal)}
        </Notice>
      )}
      {models !== undefined && <ModelSelect models={models} onChoose={(name) => void choose(name)} />}
      {models === undefined && refusal === undefined && <Skeleton lines={1} />}
      {models?.models.length === 0 && <p className={styles.muted}>{t('model.none')}</p>}
    </Card>
  );
}

function ModelSelect({ models, onChoose }: { models: Models; onChoose: (name: string | null) => void }) {
  const { t } = useGatewayTexts();
  const id = useId();
  const current = models.default_model;
  const names = [...new Set(models.models.map(({ model_name }) => model_name))];
  const describe = (name: string) => {
    const of = [...new Set(models.models.filter(({ model_name }) => model_name === name).map(({ model }) => model))];
    return of.length === 1 && of[0] === name ? name : `${name} — ${of.join(', ')}`;
  };
  return (
    <div className={styles.model}>
      <label htmlFor={id}>{t('model.label')}</label>
      <select id={id} value={current ?? ''} onChange={({ target }) => onChoose(target.value || null)}>
        <option value="">{t('model.builtIn')}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {describe(name)}
          </option>
        ))}
        {current !== null && !names.includes(current) && (
          <option value={current}>{t('model.unknown', { name: current })}</option>
        )}
      </select>
    </div>
  );
}

/** The models, fetched again when somebody else has chosen another default (`configured`). */
function useModels(configured: string | undefined) {
  const { t } = useGatewayTexts();
  const toast = useToast();
  const [models, setModels] = useState<Models>();
  const [refusal, setRefusal] = useState<Refusal>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another default is the news that asks for a fresh look
  useEffect(() => {
    const left = new AbortController();
    const load = async () => {
      const reply = await fetchModels(left.signal);
      if (left.signal.aborted) return;
      if (reply.ok) setModels(reply.value);
      setRefusal(reply.ok ? undefined : reply);
    };
    void load();
    return () => left.abort();
  }, [configured]);
  const choose = async (name: string | null) => {
    setRefusal(undefined);
    const reply = await setDefaultModel(name);
    if (!reply.ok) return setRefusal(reply);
    setModels((before) => before && { ...before, default_model: name });
    const spoken = name ?? t('model.builtIn');
    toast('success', t(reply.value.reloaded ? 'model.changed' : 'model.notReloaded', { name: spoken }));
  };
  return { models, refusal, choose };
}
