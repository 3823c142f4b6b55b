import { describedBy, type FieldProps, FieldRow } from './field.tsx';
import styles from './switch.module.css';

interface SwitchProps extends FieldProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** On or off. */
export function SwitchField({ id, checked, onChange, ...row }: SwitchProps) {
  return (
    <FieldRow
      {...row}
      id={id}
      control={
        <input
          id={id}
          type="checkbox"
          role="switch"
          className={styles.switch}
          checked={checked}
          aria-checked={checked}
          disabled={row.fixed !== undefined}
          aria-describedby={describedBy(id)}
          onChange={({ target }) => onChange(target.checked)}
        />
      }
    />
  );
}
