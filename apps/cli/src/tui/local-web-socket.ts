import { WebSocket } from 'ws';
import { isThisMachine } from '../facts/this-machine.ts';

/** A WebSocket that takes whatever certificate this machine shows itself. */
export class LocalWebSocket extends WebSocket {
  constructor(address: string | URL, protocols?: string | string[], options?: object) {
    const isLocal = isThisMachine(new URL(address).hostname);
    super(address, protocols, { ...options, ...(isLocal && { rejectUnauthorized: false }) });
  }
}
