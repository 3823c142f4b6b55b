import { Check, ChevronRight, Minus, Plug, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { PicoInfo } from '../api/pico.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Spinner } from '../ui/spinner.tsx';
import { TokenField } from '../ui/token-field.tsx';
import styles from './connect.module.css';
import { TestFailure } from './test-failure.tsx';
import { useConnectTexts } from './texts.ts';
import { type TestRun, useConnectionTest } from './use-connection-test.ts';

/** Connects for real, and says how that went. */
export function TestCard({ info }: { info: PicoInfo | undefined }) {
  const { t } = useConnectTexts();
  const [token, setToken] = useState('');
  const { run, isRunning, start } = useConnectionTest(info);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start(token);
  };
  return (
    <Card title={t('test.heading')} text={t('test.lead')}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <details className={styles.optional}>
          <summary>
            <ChevronRight size={14} aria-hidden="true" />
            {t('test.withToken')}
          </summary>
          <TokenField
            label={t('test.token')}
            value={token}
            onChange={setToken}
            autoComplete="new-password"
            hint={t('test.tokenHint')}
            paste
          />
        </details>
        <div>
          <Button
            type="submit"
            tone="primary"
            busy={isRunning}
            disabled={info === undefined}
            icon={<Plug size={16} aria-hidden="true" />}
          >
            {t('test.start')}
          </Button>
        </div>
      </form>
      {/* Always there: a live region that appears together with its text is not read out. */}
      <div className={styles.result} role="status" data-testid="test-result">
        {run !== undefined && <Steps run={run} />}
        {run?.end !== undefined && <TestFailure end={run.end} reason={run.reason} />}
      </div>
    </Card>
  );
}

function Steps({ run }: { run: TestRun }) {
  const { t, language } = useConnectTexts();
  const names = run.withToken ? (['token', 'connected', 'answered'] as const) : (['connected', 'answered'] as const);
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  return (
    <ol className={styles.steps}>
      {names.map((name, position) => {
        const step = run.steps.find((done) => done.name === name);
        const isNext = position === run.steps.length;
        const state = step ? 'done' : isNext ? (run.end ? 'failed' : 'active') : 'waiting';
        return (
          <li key={name} data-state={state}>
            <StepIcon state={state} />
            {step?.name === 'token' && t(`test.opens.${step.opens}`)}
            {step !== undefined && step.name !== 'token' && t(`test.done.${step.name}`, { ms: number.format(step.ms) })}
            {step === undefined && t(`test.${state === 'failed' ? 'failed' : 'todo'}.${name}`)}
          </li>
        );
      })}
    </ol>
  );
}

function StepIcon({ state }: { state: 'done' | 'failed' | 'active' | 'waiting' }) {
  if (state === 'active') return <Spinner />;
  const Icon = { done: Check, failed: X, waiting: Minus }[state];
  return <Icon size={16} aria-hidden="true" />;
}
