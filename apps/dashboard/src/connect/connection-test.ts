import { createPicoSession, type PicoSession, type PicoSnapshot } from '@picoclaw/client';
import { isSubprotocolSafe, Subprotocol } from '@picoclaw/protocol';
import { judgeToken } from '../api/pico.ts';
import { deleteSession } from '../api/sessions.ts';

/** What a test finds out, in this order; the token only where one was given. */
export type TestStep =
  | { name: 'token'; opens: 'channel' | 'launcher' | 'unknown' }
  | { name: 'connected'; ms: number }
  | { name: 'answered'; ms: number };

/** Where a test ended: at the end, or at the step that did not come. */
export type TestEnd =
  | { state: 'passed' | 'aborted' | 'not_connected' | 'lost' | 'silent' | 'token_wrong' | 'token_unsafe' }
  | { state: 'too_many_attempts'; retryAfterSeconds: number | undefined }
  | { state: 'agent_failed'; message: string | undefined };

interface TestOptions {
  url: string;
  /** To connect with instead of the session of this browser. */
  token: string | undefined;
  signal: AbortSignal;
  onStep: (step: TestStep) => void;
  now?: () => number;
  /** How long an answer may take: a model may have to be loaded first. */
  answerMs?: number;
}

/** Connects by a session of its own, says a word, waits for the answer, and removes the session again. */
export async function testConnection(options: TestOptions): Promise<TestEnd> {
  const refused = options.token === undefined ? undefined : await testToken(options.token, options.onStep);
  if (refused !== undefined) return refused;
  if (options.signal.aborted) return { state: 'aborted' };
  const { url, token, now = () => performance.now(), answerMs = 60_000 } = options;
  const startedAt = now();
  const session = createPicoSession({
    url,
    subprotocols: [Subprotocol.v2, Subprotocol.v1],
    ...(token === undefined ? {} : { token }),
  });
  try {
    const connection = await follow(session, options.signal, 20_000, connectionEnd);
    if (connection?.state !== 'passed') return connection ?? { state: 'not_connected' };
    options.onStep({ name: 'connected', ms: now() - startedAt });
    const sentAt = now();
    session.send('/echo hello');
    let answeredAt: number | undefined;
    const answer = await follow(session, options.signal, answerMs, (snapshot) => {
      if (hasAnswer(snapshot)) answeredAt ??= now();
      return answerEnd(snapshot);
    });
    if (answer?.state === 'passed') options.onStep({ name: 'answered', ms: (answeredAt ?? now()) - sentAt });
    return answer ?? { state: 'silent' };
  } finally {
    if (session.getSnapshot().typing) session.cancel();
    session.close();
    void deleteSession(session.sessionId);
  }
}

async function testToken(token: string, onStep: TestOptions['onStep']): Promise<TestEnd | undefined> {
  if (!isSubprotocolSafe(token)) return { state: 'token_unsafe' };
  const verdict = await judgeToken(token);
  if (verdict === 'wrong') return { state: 'token_wrong' };
  if (typeof verdict === 'object') return { state: 'too_many_attempts', ...verdict };
  onStep({ name: 'token', opens: verdict });
  return undefined;
}

/** Waits until a snapshot says how it ended; undefined when none does in time. */
function follow(
  session: PicoSession,
  signal: AbortSignal,
  timeoutMs: number,
  judge: (snapshot: PicoSnapshot) => TestEnd | undefined,
): Promise<TestEnd | undefined> {
  return new Promise((resolve) => {
    const settle = (end: TestEnd | undefined) => {
      clearTimeout(timer);
      stop();
      signal.removeEventListener('abort', abort);
      resolve(end);
    };
    const look = () => {
      const end = judge(session.getSnapshot());
      if (end !== undefined) settle(end);
    };
    const abort = () => settle({ state: 'aborted' });
    const timer = setTimeout(() => settle(undefined), timeoutMs);
    const stop = session.subscribe(look);
    signal.addEventListener('abort', abort);
    look();
  });
}

function connectionEnd({ connection }: PicoSnapshot): TestEnd | undefined {
  if (connection.state === 'connected') return { state: 'passed' };
  // It would try again for ever; here the first failure is what counts.
  return connection.lastEnd === undefined && connection.state !== 'closed' ? undefined : { state: 'not_connected' };
}

const hasAnswer = ({ messages }: PicoSnapshot): boolean =>
  messages.some(({ author, kind, content }) => author === 'agent' && kind === undefined && content !== '');

function answerEnd(snapshot: PicoSnapshot): TestEnd | undefined {
  const failure = snapshot.error ?? snapshot.messages.find((message) => message.failure !== undefined)?.failure;
  if (failure !== undefined) return { state: 'agent_failed', message: failure.message };
  if (snapshot.connection.state !== 'connected') return { state: 'lost' };
  // Not before the answer is at its end: what is removed while it is being written would come back.
  return hasAnswer(snapshot) && !snapshot.typing ? { state: 'passed' } : undefined;
}
