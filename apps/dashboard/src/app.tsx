import { lazy, Suspense } from 'react';
import { Route, Router, Switch } from 'wouter';
import { basePath } from './base-path.ts';
import { NotFoundPage } from './shell/not-found-page.tsx';

// Apart from each other: nobody waits for a page they are not on.
const EntrancePages = lazy(async () => ({
  default: (await import('./sign-in/entrance-pages.tsx')).EntrancePages,
}));
const ChatPage = lazy(async () => ({ default: (await import('./chat/chat-page.tsx')).ChatPage }));

/** Every page, by its path under the base path. */
export function App() {
  return (
    <Router base={basePath().replace(/\/$/, '')}>
      <Suspense>
        <Switch>
          <Route path={/^\/(?:login|setup)\/?$/} component={EntrancePages} />
          <Route path="/" component={ChatPage} />
          <Route component={NotFoundPage} />
        </Switch>
      </Suspense>
    </Router>
  );
}
