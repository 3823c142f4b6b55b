import { lazy, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { OpenChatProvider } from '../chat/open-chat.tsx';
import { EventsProvider } from '../events/launcher-events.tsx';
import { useTranslation } from '../i18n/use-translation.ts';
import { Button } from '../ui/button.tsx';
import { LoadBoundary } from '../ui/load-boundary.tsx';
import { Page } from '../ui/page.tsx';
import { ToastProvider } from '../ui/toast.tsx';
import { AppShell } from './app-shell.tsx';
import { LeavingProvider } from './leaving.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { pages } from './pages.ts';

const StateIcon = lazy(async () => ({ default: (await import('./state-icon.tsx')).StateIcon }));

/** Everything after signing in: one frame, one connection for events, and the page that the address names. */
export function SignedIn() {
  return (
    <LeavingProvider>
      <EventsProvider>
        <OpenChatProvider>
          <ToastProvider>
            <AppShell>
              <Pages />
            </AppShell>
            <LoadBoundary fallback={null}>
              <Suspense>
                <StateIcon />
              </Suspense>
            </LoadBoundary>
          </ToastProvider>
        </OpenChatProvider>
      </EventsProvider>
    </LeavingProvider>
  );
}

function Pages() {
  const [path] = useLocation();
  return (
    // Each page has its own chance.
    <LoadBoundary key={path} fallback={<NotLoaded />}>
      <Suspense>
        <Switch>
          {pages.map((page) => (
            <Route key={page.path} path={page.path} component={page.component} />
          ))}
          <Route component={NotFoundPage} />
        </Switch>
      </Suspense>
    </LoadBoundary>
  );
}

function NotLoaded() {
  const { t } = useTranslation();
  return (
    <Page title={t('shell.notLoaded')} lead={t('shell.notLoadedText')}>
      <p>
        <Button tone="primary" onClick={() => window.location.reload()}>
          {t('common.tryAgain')}
        </Button>
      </p>
    </Page>
  );
}
