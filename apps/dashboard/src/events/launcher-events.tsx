import type { HubClient, HubPublication } from '@picoclaw/client';
import { CloseCode } from '@picoclaw/protocol';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { fetchAuthStatus } from '../api/auth.ts';
import { appUrl } from '../base-path.ts';
import { useLeaving } from '../shell/leaving.tsx';

/** The channels of the launcher's live events (docs/events.md). */
export type EventChannel = 'gateway:status' | 'process:gateway' | 'launcher:notices';

const EventsContext = createContext<(() => Promise<HubClient | undefined>) | undefined>(undefined);
const RETRY_MS = 3_000;

const ConnectedContext = createContext(true);

/** Holds the one connection for live events of all pages; it is made when the first of them listens. */
export function EventsProvider({ children }: { children: ReactNode }) {
  const leaving = useLeaving();
  const client = useRef<Promise<HubClient | undefined>>(undefined);
  const [isConnected, setConnected] = useState(true);
  const connect = useMemo(() => {
    const whetherSignedIn = async () => {
      const reply = await fetchAuthStatus();
      if (!reply.ok || reply.value.authenticated) return 'retry';
      leaving.sessionEnded();
      return 'stop';
    };
    const dial = async () => {
      // Not needed for the first paint of the chat.
      const { createHubClient } = await import('./hub-client.ts');
      const created = createHubClient({ url: appUrl('api/events').replace(/^http/, 'ws'), diagnose: whetherSignedIn });
      created.on('status', ({ state, lastEnd }) => {
        // The first connection is on its way, not lost.
        if (state === 'connected' || lastEnd !== undefined) setConnected(state === 'connected');
        if (state === 'closed' && lastEnd?.code === CloseCode.sessionEnded) void whetherSignedIn();
      });
      return created;
    };
    return () => {
      client.current ??= dial().catch(() => {
        setConnected(false);
        client.current = undefined;
        return undefined;
      });
      return client.current;
    };
  }, [leaving]);
  useEffect(
    () => () => {
      void client.current?.then((created) => created?.close());
      client.current = undefined;
    },
    [],
  );
  return (
    <EventsContext value={connect}>
      <ConnectedContext value={isConnected}>{children}</ConnectedContext>
    </EventsContext>
  );
}

/** False while the connection for live events is lost: what is shown may be out of date. */
export function useEventsConnected(): boolean {
  return useContext(ConnectedContext);
}

/** Hears a channel while the component is there. `onGap` says that something was missed: fetch the whole anew. */
export function useEvents(
  channel: EventChannel,
  onEvent: (publication: HubPublication) => void,
  onGap?: () => void,
): void {
  const connect = useContext(EventsContext);
  const latest = useRef({ onEvent, onGap });
  latest.current = { onEvent, onGap };
  useEffect(() => {
    let stop: (() => void) | undefined;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = async () => {
      const client = await connect?.();
      if (isGone) return;
      // The launcher went away before the code was here.
      if (client === undefined) timer = setTimeout(() => void listen(), RETRY_MS);
      stop = client?.subscribe(channel, (publication) => latest.current.onEvent(publication), {
        onGap: () => latest.current.onGap?.(),
      });
    };
    void listen();
    return () => {
      isGone = true;
      clearTimeout(timer);
      stop?.();
    };
  }, [connect, channel]);
}
