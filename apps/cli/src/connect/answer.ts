import type { IncomingMessage } from 'node:http';
import { safeLine } from '@picoclaw/log';
import { z } from 'zod';
import type { Answer } from './observation.ts';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_MESSAGE_CHARACTERS = 300;

const ErrorBody = z.object({ error: z.string().regex(/^\w{1,64}$/), message: z.string() });

/** Reads an answer, as far as its body comes and is of any sense. */
export function readAnswer(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  response.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= MAX_BODY_BYTES) parts.push(part);
    else response.destroy();
  });
  response.on('error', () => undefined);
  return new Promise((resolve) => {
    response.once('close', () => resolve(answerOf(response, Buffer.concat(parts).toString('utf8'))));
  });
}

/** What an answer says, from its head and body. */
function answerOf({ statusCode = 0, headers }: Pick<IncomingMessage, 'statusCode' | 'headers'>, body: string) {
  const told = ErrorBody.safeParse(parseJson(body));
  const retryAfter = headers['retry-after'];
  const { location } = headers;
  const answer: Answer = {
    ...{ kind: 'answered', status: statusCode },
    ...(told.success && { code: told.data.error, message: brief(told.data.message) }),
    ...(retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) && { retryAfterS: Number(retryAfter) }),
    ...(location !== undefined && { location: brief(location) }),
  };
  return answer;
}

const brief = (text: string): string => safeLine(text.slice(0, MAX_MESSAGE_CHARACTERS).replace(/\s+/g, ' '));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
