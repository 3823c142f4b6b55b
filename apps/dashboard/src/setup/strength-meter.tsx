import { useTokenTexts } from '../sign-in/texts.ts';
import styles from './setup.module.css';
import { strengthOf } from './strength.ts';

const steps = [1, 2, 3, 4];

/** Shows how hard a token is to guess, in four steps and a word. */
export function StrengthMeter({ token }: { token: string }) {
  const { t } = useTokenTexts();
  const strength = strengthOf(token);
  return (
    <div className={styles.meter} data-strength={token === '' ? undefined : strength}>
      <div className={styles.steps} aria-hidden="true">
        {steps.map((step) => (
          <span key={step} data-on={token !== '' && strength >= step ? true : undefined} />
        ))}
      </div>
      <p aria-live="polite">
        <span className="visually-hidden">{t('setup.strength')}: </span>
        {token === '' ? t('setup.rules') : t(`setup.strength${strength}`)}
      </p>
    </div>
  );
}
