import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { type Chat, usePicoSession } from './use-pico-session.ts';

/** The chat that is open in this tab. */
interface OpenChat {
  /** Undefined until somebody has looked at the chat. */
  sessionId: string | undefined;
  chat: Chat | undefined;
  choose: (sessionId: string) => void;
}

const OpenChatContext = createContext<OpenChat | undefined>(undefined);

/** Keeps the chat open while another page is looked at: what waits to be sent is sent, and what is answered is heard. */
export function OpenChatProvider({ children }: { children: ReactNode }) {
  const [sessionId, choose] = useState<string>();
  const chat = usePicoSession(sessionId);
  const open = useMemo(() => ({ sessionId, chat, choose }), [sessionId, chat]);
  return <OpenChatContext value={open}>{children}</OpenChatContext>;
}

/** The chat that is open in this tab. */
export function useOpenChat(): OpenChat {
  const open = useContext(OpenChatContext);
  if (open === undefined) throw new Error('useOpenChat needs an OpenChatProvider around it.');
  return open;
}
