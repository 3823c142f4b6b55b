import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useAuthStatus } from '../auth-status.ts';
import { keptGeneratedToken } from '../setup/kept-token.ts';

/** Whoever came in by the link with the generated token is asked once whether they want one of their own. */
export function useFirstRunOffer(): void {
  const status = useAuthStatus();
  const [, navigate] = useLocation();
  const offer = status?.initialized === false && !keptGeneratedToken();
  useEffect(() => {
    if (offer) navigate('/setup', { replace: true });
  }, [offer, navigate]);
}
