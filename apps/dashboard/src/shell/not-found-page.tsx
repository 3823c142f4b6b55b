import { Link } from 'wouter';
import { useTranslation } from '../i18n/use-translation.ts';
import { Page } from '../ui/page.tsx';

/** For addresses that no page has. */
export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('shell.notFound')} lead={t('shell.notFoundText')}>
      <p>
        <Link href="/">{t('shell.backToChat')}</Link>
      </p>
    </Page>
  );
}
