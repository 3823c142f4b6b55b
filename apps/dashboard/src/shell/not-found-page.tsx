import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useTitle } from '../use-title.ts';
import { Entrance } from './entrance.tsx';

/** For addresses that no page has. */
export function NotFoundPage() {
  const { t } = useTranslation();
  useTitle(t('shell.notFound'));
  return (
    <Entrance title={t('shell.notFound')} lead={t('shell.notFoundText')}>
      <Link href="/">{t('shell.backToChat')}</Link>
    </Entrance>
  );
}
