import { Agent, get } from 'node:http';

/** A request that somebody makes again and again. */
export interface Question {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long answers took to come completely, in milliseconds; whatever is no 200 is a failure. */
export interface Latencies {
  readonly count: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
  readonly failures: readonly string[];
}

/** Asks in turn, always at the same pace, however long answers take; answers with the way to stop and to see how it went. */
export function watchLatency(questions: readonly Question[], everyMs: number): () => Promise<Latencies> {
  // What a busy moment has taken more of is given back: the descriptors of who is asked are counted meanwhile.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: questions.length });
  const took: number[] = [];
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  let asked = 0;
  const clock = setInterval(() => {
    const question = questions[asked % questions.length];
    asked += 1;
    if (question === undefined) return;
    const answered = ask(question, agent).then(
      (ms) => void took.push(ms),
      (error: Error) => void failures.push(`${question.url}: ${error.message}`),
    );
    underWay.add(answered);
    void answered.then(() => underWay.delete(answered));
  }, everyMs);
  return async () => {
    clearInterval(clock);
    await Promise.all(underWay);
    agent.destroy();
    took.sort((one, other) => one - other);
    const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
    return { count: took.length, medianMs: at(0.5), p99Ms: at(0.99), slowestMs: at(1), failures };
  };
}

function ask({ url, headers = {} }: Question, agent: Agent): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { headers, agent }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) resolve(performance.now() - startedAt);
        else reject(new Error(`status ${response.statusCode}`));
      });
      response.once('close', () => reject(new Error('the answer broke off')));
    }).once('error', reject);
  });
}
