import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';

/** How a person is asked. */
export interface Dialog {
  /** Which of the things, counted from 0; `undefined` = none of them. */
  choose(question: string, things: readonly string[]): Promise<number | undefined>;
  confirm(question: string): Promise<boolean>;
}

/** Agrees to everything, and takes the first of several things. */
export const agreeing: Dialog = {
  choose: async () => 0,
  confirm: async () => true,
};

/** Asks on the terminal; the end of the input is a no. Ctrl-C ends it all, with a `CliError`. */
export function terminalDialog({
  input,
  output,
}: {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
} = TERMINAL): Dialog {
  const ask = async (question: string): Promise<string> => {
    const lines = createInterface({ input, output });
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const interrupted = new Promise<never>((_resolve, reject) =>
      lines.once('SIGINT', () => reject(new CliError(ExitCode.failed, 'Interrupted: nothing further was changed.'))),
    );
    try {
      return (await Promise.race([lines.question(`${question} `), closed, interrupted])).trim();
    } finally {
      lines.close();
    }
  };
  return {
    async choose(question, things) {
      for (const [index, thing] of things.entries()) output.write(`  ${index + 1}) ${thing}\n`);
      const answer = Number(await ask(`${question} [1-${things.length}, anything else: none]`));
      return Number.isInteger(answer) && answer >= 1 && answer <= things.length ? answer - 1 : undefined;
    },
    confirm: async (question) => /^y(es)?$/i.test(await ask(`${question} [y/N]`)),
  };
}

// Questions are no part of the answer, which may be piped somewhere.
const TERMINAL = { input: process.stdin, output: process.stderr };
