import type { ReactNode } from 'react';
import { SelectField, TextField } from '../ui/field.tsx';
import { SwitchField } from '../ui/switch.tsx';
import type { SettingField } from './fields.ts';
import { useSettingsTexts } from './texts.ts';
import type { SettingsForm } from './use-settings.ts';

interface SettingProps {
  form: SettingsForm;
  field: SettingField;
  /** Why something else than its own value decides. */
  overruled?: string | undefined;
  children?: ReactNode;
}

/** One setting, as its kind wants it. */
export function Setting({ form, field, overruled, children }: SettingProps) {
  const { t } = useSettingsTexts();
  const { key, name } = field;
  const value = form.draft[key] ?? '';
  const fixed = useFixedBy(form, key) ?? overruled;
  const row = {
    ...{ id: `setting-${key}`, label: t(`fields.${name}.label`), hint: t(`fields.${name}.hint`), children },
    ...(fixed === undefined ? {} : { fixed }),
    error: useProblem(form, key),
  };
  const set = (next: string | boolean) => form.set(field, next);
  if (field.kind === 'switch') return <SwitchField {...row} checked={value === true} onChange={set} />;
  if (field.kind === 'choice') {
    const options = field.options.map((option) => ({ value: option, label: choiceText(t, option) }));
    return <SelectField {...row} value={String(value)} onChange={set} options={options} />;
  }
  return (
    <TextField
      {...row}
      kind={field.kind}
      value={String(value)}
      onChange={set}
      onBlur={() => form.leave(field)}
      unit={field.kind === 'number' && field.unit !== undefined ? t(`units.${field.unit}`) : undefined}
      placeholder={field.kind === 'number' ? undefined : field.placeholder}
    />
  );
}

/** Log levels are the words of the log itself. */
function choiceText(t: ReturnType<typeof useSettingsTexts>['t'], option: string): string {
  const known = ['managed', 'external', 'wait', 'cancel'] as const;
  const found = known.find((name) => name === option);
  return found === undefined ? option : t(`choices.${found}`);
}

/** What decides instead of the file, in words. */
function useFixedBy({ config }: SettingsForm, key: string): string | undefined {
  const { t } = useSettingsTexts();
  if (config === undefined || !config.fixed.includes(key)) return undefined;
  const { source, from = '' } = config.sources[key] ?? { source: '' };
  if (source === 'env') return t('fixed.env', { from });
  return source === 'flag' ? t('fixed.flag', { from: `--${from}` }) : t('fixed.file', { from });
}

function useProblem({ problems }: SettingsForm, key: string): string | undefined {
  const { t } = useSettingsTexts();
  const problem = problems[key];
  if (problem === undefined) return undefined;
  // The launcher's own words go on from the name of the key: "must be …", "comes from …".
  if (typeof problem === 'string') return t('problem.told', { message: problem });
  return t(`problem.${problem.code}`, problem.values);
}
