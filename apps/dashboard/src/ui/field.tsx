import type { ReactNode } from 'react';
import styles from './field.module.css';

/** What every field of a form has. */
export interface FieldProps {
  id: string;
  label: string;
  hint?: ReactNode;
  /** Why it cannot be changed; it stands instead of a control that does nothing. */
  fixed?: ReactNode;
  error?: string | undefined;
  /** What the value means right now, where that needs saying. */
  children?: ReactNode;
}

/** The places that a control is described by. */
export const describedBy = (id: string): string => `${id}-hint ${id}-error`;

/** Label and hint beside a control, with what is wrong below it. */
export function FieldRow({ id, label, hint, fixed, error, children, control }: FieldProps & { control: ReactNode }) {
  return (
    <div className={styles.row}>
      <div className={styles.about}>
        <label htmlFor={id}>{label}</label>
        <p id={`${id}-hint`}>
          {hint}
          {fixed !== undefined && <strong>{fixed}</strong>}
        </p>
      </div>
      <div className={styles.control}>
        {control}
        <p id={`${id}-error`} className={styles.error} aria-live="polite">
          {error}
        </p>
      </div>
      {children !== undefined && <div className={styles.more}>{children}</div>}
    </div>
  );
}

interface TextProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  /** `lines`: one entry in each. */
  kind?: 'text' | 'number' | 'lines';
  /** What is counted. */
  unit?: string | undefined;
  placeholder?: string | undefined;
}

/** A field to write into. */
export function TextField(props: TextProps) {
  const { id, value, onChange, onBlur, kind = 'text', unit, placeholder, ...row } = props;
  const common = {
    ...{ id, value, onBlur, placeholder, readOnly: row.fixed !== undefined, spellCheck: false },
    ...{ autoCapitalize: 'none', autoComplete: 'off', autoCorrect: 'off' },
    'aria-invalid': row.error !== undefined,
    'aria-describedby': describedBy(id),
  };
  const rows = Math.min(8, Math.max(2, value.split('\n').length));
  return (
    <FieldRow
      {...row}
      id={id}
      control={
        kind === 'lines' ? (
          <textarea
            {...common}
            className={styles.lines}
            rows={rows}
            onChange={({ target }) => onChange(target.value)}
          />
        ) : (
          <span className={styles.box} data-kind={kind}>
            <input
              {...common}
              // Not type=number: that one swallows what it cannot read, and changes when the page is scrolled over it.
              inputMode={kind === 'number' ? 'numeric' : 'text'}
              onChange={({ target }) => onChange(target.value)}
            />
            {unit !== undefined && <span className={styles.unit}>{unit}</span>}
          </span>
        )
      }
    />
  );
}

interface SelectProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
}

/** One of a few. */
export function SelectField({ id, value, onChange, options, ...row }: SelectProps) {
  return (
    <FieldRow
      {...row}
      id={id}
      control={
        <select
          id={id}
          className={styles.select}
          value={value}
          disabled={row.fixed !== undefined}
          aria-describedby={describedBy(id)}
          onChange={({ target }) => onChange(target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      }
    />
  );
}
