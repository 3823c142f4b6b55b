import type { Socket } from 'node:net';
import { openExchanges, whenAnswered } from './exchanges.ts';
import { endAndLinger } from './linger.ts';

const kRefused = Symbol('refused');
type RefusedSocket = Socket & { [kRefused]?: true };

/** What the parser says of bytes behind a request that was to be the connection's last. */
const BEHIND_THE_LAST = 'HPE_CLOSED_CONNECTION';

/**
 * Answers bytes that are no request, as a listener of `clientError`: completely, after what is still being answered, and
 * once. Written at once, the refusal would be taken for the answer to an earlier request, or stand amid its body.
 *
 * What is being answered is known once `upgradeDispatcher` is registered. `refusalOf` makes the whole reply from the error's code.
 */
export function clientErrorHandler(refusalOf: (code: string) => string) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    const connection = socket as RefusedSocket;
    // The rest of what has been refused, or what is behind a last request: the connection is about to end anyway.
    if (connection[kRefused] || error.code === BEHIND_THE_LAST) return;
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const open = openExchanges(socket);
    const broken = open.find(({ request }) => !request.complete);
    connection[kRefused] = true;
    const refusal = refusalOf(error.code ?? '');
    const finish = (reply?: string) => (socket.writable ? endAndLinger(socket, reply) : undefined);
    const others = open.filter((exchange) => exchange !== broken);
    if (broken === undefined) whenAnswered(others, () => finish(refusal));
    // A request whose body is broken is refused itself, when it is next to be answered and no answer has begun.
    else if (others.length === 0 && !broken.response.headersSent) finish(refusal);
    else whenAnswered(others, () => finish());
  };
}
