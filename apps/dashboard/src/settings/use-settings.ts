import { useEffect, useMemo, useState } from 'react';
import type { Issue, Refusal } from '../api/request.ts';
import type { Config, Saved, SettingsStore } from '../api/settings.ts';
import { changesOf, type Draft, draftOf, problemIn } from './draft.ts';
import type { SettingField } from './fields.ts';
import type { Problem } from './validate.ts';

/** What is wrong with a field: found here, or said by the launcher. */
type Problems = Readonly<Record<string, Problem | string>>;

/** The settings of one file while they are being changed. */
export function useSettings(store: SettingsStore, fields: readonly SettingField[]) {
  const [config, setConfig] = useState<Config>();
  const [draft, setDraft] = useState<Draft>({});
  const [problems, setProblems] = useState<Problems>({});
  const [refusal, setRefusal] = useState<Refusal>();
  const [lockOut, setLockOut] = useState<readonly Issue[]>();
  const [busy, setBusy] = useState(false);
  const changes = useMemo(() => (config ? changesOf(fields, config, draft) : {}), [fields, config, draft]);

  const show = (next: Config) => {
    setConfig(next);
    setDraft(draftOf(fields, next));
    setProblems({});
    setRefusal(undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each store
  useEffect(() => {
    const left = new AbortController();
    void store.load(left.signal).then((reply) => {
      if (left.signal.aborted) return;
      if (reply.ok) show(reply.value);
      else setRefusal(reply);
    });
    return () => left.abort();
  }, [store]);

  const judge = (field: SettingField, next: Draft) =>
    setProblems(({ [field.key]: _before, ...others }) => {
      const problem = problemIn(field, next);
      return problem === undefined ? others : { ...others, [field.key]: problem };
    });
  const set = (field: SettingField, value: string | boolean) => {
    const next = { ...draft, [field.key]: value };
    setDraft(next);
    // What was wrong is judged at each key, so that the sentence goes when it is right; the rest when the field is left.
    if (field.key in problems) judge(field, next);
  };
  const save = async (confirmed = false): Promise<Saved | undefined> => {
    const wrong = problemsOf(fields, changes, draft);
    setProblems(wrong);
    setRefusal(undefined);
    if (Object.keys(wrong).length > 0) return undefined;
    setBusy(true);
    const reply = await store.save(changes, confirmed);
    setBusy(false);
    setLockOut(undefined);
    if (reply.ok) {
      show(reply.value.config);
      return reply.value;
    }
    const { issues = [] } = reply;
    if (reply.code === 'would_lock_out') setLockOut(issues);
    else if (issues.some(({ key }) => key in changes)) setProblems(told(issues));
    else setRefusal(reply);
    return undefined;
  };
  return {
    ...{ config, draft, problems, refusal, lockOut, busy, set, save },
    changed: Object.keys(changes),
    leave: (field: SettingField) => judge(field, draft),
    discard: () => config && show(config),
    forgetLockOut: () => setLockOut(undefined),
  };
}

/** Settings of one file, as the page works with them. */
export type SettingsForm = ReturnType<typeof useSettings>;

function problemsOf(fields: readonly SettingField[], changes: object, draft: Draft): Problems {
  const found = fields
    .filter(({ key }) => key in changes)
    .map((field) => [field.key, problemIn(field, draft)] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, Problem] => entry[1] !== undefined));
}

const told = (issues: readonly Issue[]): Problems =>
  Object.fromEntries(issues.map(({ key, message }) => [key, message]));
