import { Route, Switch } from 'wouter';
import { SetupPage } from '../setup/setup-page.tsx';
import { SignInPage } from './sign-in-page.tsx';

/** The pages before signing in, in one piece: a fresh installation goes from one to the other without a gap. */
export function EntrancePages() {
  return (
    <Switch>
      <Route path="/login" component={SignInPage} />
      <Route path="/setup" component={SetupPage} />
    </Switch>
  );
}
