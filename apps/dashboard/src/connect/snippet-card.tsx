import { useState } from 'react';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CodeBlock } from './code-block.tsx';
import styles from './connect.module.css';
import { Segmented } from './segmented.tsx';
import { languages, type SnippetLanguage, snippet } from './snippets.ts';
import { useConnectTexts } from './texts.ts';
import type { Way } from './way-card.tsx';

interface SnippetCardProps {
  way: Way;
  /** Where the programs connect to; undefined while that is not known. */
  address: string | undefined;
  /** Whether it will not be known soon. */
  isDown: boolean;
}

/** A whole program for the chosen way, in the language of one's choice. */
export function SnippetCard({ way, address, isDown }: SnippetCardProps) {
  const { t } = useConnectTexts();
  const [language, setLanguage] = useState<SnippetLanguage>('browser');
  const program = address === undefined ? undefined : snippet(language, address);
  return (
    <Card title={t('program.heading')} text={t('program.lead')}>
      <Segmented
        label={t('program.language')}
        value={language}
        options={languages.map((value) => ({ value, label: t(`program.languages.${value}`) }))}
        onChange={setLanguage}
      />
      {program !== undefined && <CodeBlock name={program.fileName} code={program.code} />}
      {program === undefined &&
        (isDown ? <Notice tone="info">{t('program.noAddress')}</Notice> : <Skeleton lines={8} />)}
      <div className={styles.hints}>
        <p>
          {t(`program.needs.${language}`)} {runLines[language] !== undefined && <code>{runLines[language]}</code>}
        </p>
        {language === 'browser' && <p>{t(way === 'launcher' ? 'program.anyPage' : 'program.allowOrigins')}</p>}
      </div>
    </Card>
  );
}

const runLines: Readonly<Partial<Record<SnippetLanguage, string>>> = {
  node: 'npm install ws && PICOCLAW_TOKEN=… node echo.mjs',
  python: 'pip install websockets && PICOCLAW_TOKEN=… python3 echo.py',
  shell: 'PICOCLAW_TOKEN=… sh echo.sh',
};
