import { gatewayOrigin, type PidReader, type PidRecord, takesComposedToken } from '@picoclaw/pid';
import type { BaseLogger } from 'pino';
import { z } from 'zod';

/** The sockets that an earlier launcher has handed to a gateway, and that have outlived it. */
export interface LeftHolders {
  /** Has the running gateway end those of the holders for which the filter says so. */
  end(filter: (holder: string) => boolean): Promise<void>;
}

interface LeftHoldersOptions {
  readonly pidReader: PidReader;
  readonly logger: BaseLogger;
  /** Whether the sockets of this process are accounted for here, because this launcher has started it. */
  readonly isOwn: (pid: number) => boolean;
  readonly timeoutMs?: number;
}

/** Their ids fit into a request line many times over. */
const HOLDERS_AT_ONCE = 50;

const Holders = z.object({ holders: z.array(z.string()) });

/** Only the gateway knows them; asked at each end of a session, which is rare. */
export function createLeftHolders({ pidReader, logger, isOwn, timeoutMs = 5_000 }: LeftHoldersOptions): LeftHolders {
  const ask = (method: 'GET' | 'DELETE', record: PidRecord, query = '') =>
    fetch(`${gatewayOrigin(record)}/holders${query}`, {
      ...{ method, headers: { authorization: `Bearer ${record.token.reveal()}` } },
      ...{ redirect: 'error', signal: AbortSignal.timeout(timeoutMs) },
    });
  return {
    async end(filter) {
      const found = await pidReader.read();
      if (found.state !== 'alive' || isOwn(found.record.pid) || !takesComposedToken(found.record)) return;
      try {
        const { holders } = Holders.parse(await (await ask('GET', found.record)).json());
        const ended = holders.filter(filter);
        for (let at = 0; at < ended.length; at += HOLDERS_AT_ONCE) {
          const query = new URLSearchParams(ended.slice(at, at + HOLDERS_AT_ONCE).map((one) => ['holder', one]));
          await ask('DELETE', found.record, `?${query}`);
        }
      } catch (error) {
        const { pid } = found.record;
        logger.warn({ code: 'holders_not_ended', pid, err: error }, 'the gateway did not end the sockets of a session');
      }
    },
  };
}
