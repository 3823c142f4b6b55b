import { useEffect, useState } from 'react';
import { type AuthStatus, fetchAuthStatus } from './api/auth.ts';

/** Who the launcher takes us for; undefined until it has answered, and the page is usable meanwhile. */
export function useAuthStatus(): AuthStatus | undefined {
  const [status, setStatus] = useState<AuthStatus>();
  useEffect(() => {
    const leaving = new AbortController();
    const load = async () => {
      const reply = await fetchAuthStatus(leaving.signal);
      if (reply.ok) setStatus(reply.value);
    };
    void load();
    return () => leaving.abort();
  }, []);
  return status;
}
