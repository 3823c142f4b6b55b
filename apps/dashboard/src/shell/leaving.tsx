import { createContext, type ReactNode, useContext, useMemo, useRef } from 'react';
import { signOut } from '../api/auth.ts';
import { appUrl } from '../base-path.ts';

interface Leaving {
  /** The session is over on the launcher: on to the sign-in page, and back here after it. */
  sessionEnded: () => void;
  /** Ends the session; false when the launcher did not do it. */
  signOut: (everywhere: boolean) => Promise<boolean>;
}

const LeavingContext = createContext<Leaving | undefined>(undefined);

/** Holds the one way out: signing out closes the sockets too, and must not look like a session that was lost. */
export function LeavingProvider({ children }: { children: ReactNode }) {
  const left = useRef(false);
  const leaving = useMemo<Leaving>(() => {
    const goToSignIn = (query: Record<string, string>) =>
      window.location.replace(`${appUrl('login')}?${new URLSearchParams(query)}`);
    return {
      sessionEnded: () => {
        if (left.current) return;
        left.current = true;
        const { pathname, search, hash } = window.location;
        goToSignIn({ reason: 'session_ended', next: pathname + search + hash });
      },
      signOut: async (everywhere) => {
        left.current = true;
        const reply = await signOut(everywhere);
        // 401: the session was over already, which is what was wanted.
        if (reply.ok || reply.status === 401) {
          goToSignIn({ signed_out: '1' });
          return true;
        }
        left.current = false;
        return false;
      },
    };
  }, []);
  return <LeavingContext value={leaving}>{children}</LeavingContext>;
}

/** The ways out of the signed-in part. */
export function useLeaving(): Leaving {
  const leaving = useContext(LeavingContext);
  if (leaving === undefined) throw new Error('useLeaving needs a LeavingProvider around it.');
  return leaving;
}
