import { CliError } from '../cli-error.ts';
import { type BuildCommand, createCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';

const examples = [['picoclaw-launcher tui', 'chat, log and gateway on the whole terminal']] as const;

/** `tui`: everything on the whole terminal, for a person. */
export const build: BuildCommand = (context) =>
  createCommand('tui', 'Shows gateway, log and chat on the whole terminal.', examples).action(async () => {
    const isDumb = context.environment.lookup('TERM') === 'dumb';
    if (!context.isTerminal || process.stdin.isTTY !== true || isDumb) {
      const hint = 'picoclaw-launcher status says how everything is, also to a script or a file.';
      throw new CliError(ExitCode.usage, 'The full screen needs a terminal.', hint);
    }
    const { runTui } = await import('../tui/run-tui.tsx');
    await runTui(context);
  });
