import { ChevronRight } from 'lucide-react';
import type { AuthStatus } from '../api/auth.ts';
import styles from './sign-in.module.css';
import { useTokenTexts } from './texts.ts';

const fallback = { variable: 'PICOCLAW_LAUNCHER_TOKEN', file: 'launcher-config.json' };

const MARK = '\u0000';

/** Where the launcher token is to be found; names come from the launcher where it tells them. */
export function TokenHelp({ help }: { help: AuthStatus['token_help'] }) {
  const { t } = useTokenTexts();
  const named = (key: string) => (typeof help?.[key] === 'string' ? help[key] : undefined);
  return (
    <details className={styles.help}>
      <summary>
        <ChevronRight size={16} aria-hidden="true" />
        {t('signIn.help')}
      </summary>
      <ul>
        <li>{t('signIn.helpConsole')}</li>
        <WithName text={t('signIn.helpFile', { name: MARK })} name={named('config_file') ?? fallback.file} />
        <WithName text={t('signIn.helpEnv', { name: MARK })} name={named('env_var') ?? fallback.variable} />
      </ul>
    </details>
  );
}

/** A sentence with a name in it that is set as code. */
function WithName({ text, name }: { text: string; name: string }) {
  const [before, after] = text.split(MARK);
  return (
    <li>
      {before}
      <code>{name}</code>
      {after}
    </li>
  );
}
