import { useEffect, useState, useSyncExternalStore } from 'react';
import { fetchLog } from '../api/logs.ts';
import { useGatewayStatus } from '../events/gateway-status.ts';
import { useEvents } from '../events/launcher-events.tsx';
import { useLeaving } from '../shell/leaving.tsx';
import { createLogFeed } from './log-feed.ts';
import { createLogStore, type LogSnapshot } from './log-store.ts';

interface GatewayLog {
  snapshot: LogSnapshot;
  /** Undefined until it is known. */
  gatewayState: string | undefined;
  /** Empties what is kept here and begins with what the launcher has. */
  startOver: () => void;
}

/** The gateway's log, live for as long as the component is there. */
export function useGatewayLog(): GatewayLog {
  const leaving = useLeaving();
  const [{ store, feed }] = useState(() => {
    const kept = createLogStore();
    const fetchPage = (offset: number, runId: string | undefined) => fetchLog(offset, runId);
    return { store: kept, feed: createLogFeed({ fetchPage, sink: kept }) };
  });
  useEffect(() => {
    feed.refresh();
    return () => feed.close();
  }, [feed]);
  useEvents(
    'process:gateway',
    (publication) => {
      if (publication.type !== 'process_output') return;
      if (publication.offset === undefined) feed.refresh();
      else feed.takeEvent(publication.data, publication.offset);
    },
    () => feed.refresh(),
  );
  // Subscribed after the lines: its first news says that those are live, so that nothing falls in between.
  const status = useGatewayStatus();
  useEffect(() => {
    if (status !== undefined) feed.refresh();
  }, [feed, status]);
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot);
  useEffect(() => {
    if (snapshot.refusal?.status === 401) leaving.sessionEnded();
  }, [snapshot.refusal, leaving]);
  const startOver = () => {
    store.clear();
    feed.startOver();
  };
  return { snapshot, gatewayState: status?.gateway_status, startOver };
}
