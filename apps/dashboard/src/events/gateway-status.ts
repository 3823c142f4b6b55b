import { useCallback, useEffect, useState } from 'react';
import { fetchGatewayStatus, type GatewayStatus, parseGatewayStatus } from '../api/gateway.ts';
import { useLeaving } from '../shell/leaving.tsx';
import { useEvents } from './launcher-events.tsx';

/** How the gateway is, from now on; undefined until it is known. */
export function useGatewayStatus(): GatewayStatus | undefined {
  const leaving = useLeaving();
  const [status, setStatus] = useState<GatewayStatus>();
  const ask = useCallback(
    async (signal?: AbortSignal) => {
      const reply = await fetchGatewayStatus(signal);
      if (reply.ok) setStatus(reply.value);
      else if (reply.status === 401) leaving.sessionEnded();
    },
    [leaving],
  );
  useEffect(() => {
    // Does not wait for the events' connection, nor depend on it.
    const left = new AbortController();
    void ask(left.signal);
    return () => left.abort();
  }, [ask]);
  useEvents(
    'gateway:status',
    (publication) => {
      const told = publication.type === 'event' ? parseGatewayStatus(publication.data) : undefined;
      if (told !== undefined) setStatus(told);
    },
    () => void ask(),
  );
  return status;
}
