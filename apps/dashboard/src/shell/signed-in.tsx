import { Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { OpenChatProvider } from '../chat/open-chat.tsx';
import { EventsProvider } from '../events/launcher-events.tsx';
import { ToastProvider } from '../ui/toast.tsx';
import { AppShell } from './app-shell.tsx';
import { LeavingProvider } from './leaving.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { pages } from './pages.ts';

/** Everything after signing in: one frame, one connection for events, and the page that the address names. */
export function SignedIn() {
  return (
    <LeavingProvider>
      <EventsProvider>
        <OpenChatProvider>
          <ToastProvider>
            <AppShell>
              <Suspense>
                <Switch>
                  {pages.map(({ path, component }) => (
                    <Route key={path} path={path} component={component} />
                  ))}
                  <Route component={NotFoundPage} />
                </Switch>
              </Suspense>
            </AppShell>
          </ToastProvider>
        </OpenChatProvider>
      </EventsProvider>
    </LeavingProvider>
  );
}
