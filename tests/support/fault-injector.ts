import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { listenForTest } from './in-between.ts';

/** What can happen to the connections of one hop. */
export type Fault =
  /** Nobody is there any more. */
  | { readonly kind: 'refuse' }
  /** Ended, by FIN or RST, when something is asked, or in the middle of the answer. */
  | { readonly kind: 'cut' | 'reset'; readonly at: 'ask' | 'answer' }
  /** One end is told that the other has ended, the other end is told nothing; both stay open. */
  | { readonly kind: 'half-open'; readonly told: 'client' | 'server' }
  /** All stays open, nothing passes. */
  | { readonly kind: 'silence' }
  /** Bytes that nobody has sent come before what is passed on. */
  | { readonly kind: 'garbage'; readonly to: 'client' | 'server' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number };

/** A hop between two programs, on which things can be made to go wrong. */
export interface FaultInjector {
  readonly port: number;
  /** From now on it happens to connections that are open and to new ones, if the first that their client said has the text in it. */
  inflict(fault: Fault, text: string): void;
  /** All is well again for those; what was broken is ended. */
  heal(text: string): void;
}

/** No bytes of HTTP, no UTF-8, and no WebSocket frame: all reserved bits are set. */
const GARBAGE = Buffer.alloc(64, 0xff);
const SLICES_PER_SECOND = 20;

/** Two sockets of which the one's bytes go to the other. */
interface Hop {
  readonly client: Socket;
  readonly server: Socket;
  /** The first that the client has said. */
  head: string;
  fault: Fault | undefined;
}

/** Listens in front of a port and passes everything on until told otherwise. */
export async function startFaultInjector(targetPort: number): Promise<FaultInjector> {
  const hops = new Set<Hop>();
  const inflicted = new Map<string, Fault>();
  const faultFor = (head: string) => [...inflicted].find(([text]) => head.includes(text))?.[1];

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const hop: Hop = { client, server, head: '', fault: undefined };
    hops.add(hop);
    client.once('data', (bytes: Buffer) => {
      hop.head = bytes.toString('latin1');
      hop.fault = faultFor(hop.head);
    });
    for (const end of ends(hop))
      end.once('close', () => ends(hop).every(({ destroyed }) => destroyed) && hops.delete(hop));
    relay(hop, client, server);
    relay(hop, server, client);
  });
  const { port } = await listenForTest(server);
  return {
    port,
    inflict(fault, text) {
      inflicted.set(text, fault);
      for (const hop of hops) {
        if (!hop.head.includes(text)) continue;
        hop.fault = fault;
        strike(hop, fault);
      }
    },
    heal(text) {
      inflicted.delete(text);
      for (const hop of hops) {
        if (hop.fault !== undefined && hop.head.includes(text)) for (const end of ends(hop)) end.destroy();
      }
    },
  };
}

const ends = ({ client, server }: Hop): Socket[] => [client, server];

/** Whether the end of one side is passed on to the other. */
const isOpen = ({ fault }: Hop): boolean => fault?.kind !== 'silence' && fault?.kind !== 'half-open';

function relay(hop: Hop, from: Socket, to: Socket): void {
  // An end must not overtake what comes before it.
  let passed = Promise.resolve();
  from.on('error', () => from.destroy());
  from.on('data', (bytes: Buffer) => {
    from.pause();
    passed = pass(hop, from, to, bytes).finally(() => from.resume());
  });
  from.once('end', () => passed.then(() => isOpen(hop) && to.end()));
  from.once('close', () => passed.then(() => isOpen(hop) && to.destroy()));
}

async function pass(hop: Hop, from: Socket, to: Socket, bytes: Buffer): Promise<void> {
  const { fault } = hop;
  if (fault === undefined) return write(to, bytes);
  const isAsk = from === hop.client;
  const side = isAsk ? 'server' : 'client';
  switch (fault.kind) {
    case 'delay':
      await wait(fault.ms);
      return write(to, bytes);
    case 'throttle':
      return drip(to, bytes, fault.bytesPerSecond);
    case 'garbage':
      return write(to, fault.to === side ? Buffer.concat([GARBAGE, bytes]) : bytes);
    case 'cut':
    case 'reset':
      if (isAsk && fault.at === 'answer') return write(to, bytes);
      if (!isAsk) await write(to, bytes.subarray(0, bytes.length / 2));
      return strike(hop, fault);
    default:
      return strike(hop, fault);
  }
}

/** What happens at once, to a connection that is open. */
function strike(hop: Hop, fault: Fault): void {
  if (fault.kind === 'cut') for (const end of ends(hop)) end.end();
  if (fault.kind === 'reset' || fault.kind === 'refuse') for (const end of ends(hop)) end.resetAndDestroy();
  if (fault.kind === 'half-open') hop[fault.told].end();
}

async function drip(to: Socket, bytes: Buffer, bytesPerSecond: number): Promise<void> {
  const size = Math.ceil(bytesPerSecond / SLICES_PER_SECOND);
  for (let at = 0; at < bytes.length; at += size) {
    await write(to, bytes.subarray(at, at + size));
    await wait(1_000 / SLICES_PER_SECOND);
  }
}

/** Settles when there is room for more, or nobody to take it. */
function write(to: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (!to.writable || to.write(bytes)) return resolve();
    to.once('drain', resolve).once('close', resolve);
    return undefined;
  });
}
