import { lazy, Suspense } from 'react';
import { Route, Router, Switch } from 'wouter';
import { basePath } from './base-path.ts';

// Apart from each other: nobody waits for a page they are not on.
const EntrancePages = lazy(async () => ({
  default: (await import('./sign-in/entrance-pages.tsx')).EntrancePages,
}));
const SignedIn = lazy(async () => ({ default: (await import('./shell/signed-in.tsx')).SignedIn }));

/** Every page, by its path under the base path. */
export function App() {
  return (
    <Router base={basePath().replace(/\/$/, '')}>
      <Suspense>
        <Switch>
          <Route path={/^\/(?:login|setup)\/?$/} component={EntrancePages} />
          <Route component={SignedIn} />
        </Switch>
      </Suspense>
    </Router>
  );
}
