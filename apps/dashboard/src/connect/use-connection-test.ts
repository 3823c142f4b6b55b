import { useEffect, useRef, useState } from 'react';
import type { PicoInfo } from '../api/pico.ts';
import { type TestEnd, type TestStep, testConnection } from './connection-test.ts';
import { type FailureReason, findFailureReason } from './failure-reason.ts';

/** How a test goes, or went. */
export interface TestRun {
  withToken: boolean;
  steps: readonly TestStep[];
  end?: TestEnd;
  /** Why there was no connection. */
  reason?: FailureReason;
}

/** Runs one test at a time; leaving the page ends it. */
export function useConnectionTest(info: PicoInfo | undefined) {
  const [run, setRun] = useState<TestRun>();
  const left = useRef<AbortController>(undefined);
  useEffect(() => () => left.current?.abort(), []);
  const isRunning = run !== undefined && run.end === undefined;

  const start = async (entered: string) => {
    if (info === undefined || isRunning) return;
    const token = entered.trim() === '' ? undefined : entered.trim();
    const controller = new AbortController();
    left.current = controller;
    const { signal } = controller;
    setRun({ withToken: token !== undefined, steps: [] });
    const onStep = (step: TestStep) => setRun((before) => before && { ...before, steps: [...before.steps, step] });
    const end = await testConnection({ url: info.ws_url, token, signal, onStep });
    if (signal.aborted) return;
    const needsReason = end.state === 'not_connected' || end.state === 'lost';
    const reason = needsReason ? await findFailureReason(info, window.location.origin) : undefined;
    if (!signal.aborted) setRun((before) => before && { ...before, end, ...(reason && { reason }) });
  };
  return { run, isRunning, start };
}
