import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import { httpJson } from './http-json.ts';
import type { OwnLauncher } from './launcher.ts';

/** An order to a launcher. */
interface Order {
  /** Behind the launcher's address. */
  readonly path: string;
  readonly body?: object;
  readonly timeoutMs: number;
}

const ErrorBody = z.object({ message: z.string() });

/** Has the launcher do something, and answers with what it says; why it did not is a `CliError`. */
export async function orderLauncher({ url, token }: OwnLauncher, { path, ...how }: Order): Promise<unknown> {
  const answer = await httpJson(`${url}${path}`, { method: 'POST', token, ...how });
  if (answer.answered && answer.status === 200) return answer.body;
  const reason = answer.answered
    ? reasonIn(answer.body, answer.status)
    : `The launcher did not do it: it does not answer (${answer.code}).`;
  throw new CliError(ExitCode.operator, reason);
}

/** The sentence of a refusal, or its status where it has none. */
export function reasonIn(body: unknown, status: number): string {
  const told = ErrorBody.safeParse(body);
  return told.success ? told.data.message : `it answered ${status}`;
}
