import { CliError } from '../cli-error.ts';
import { type BuildCommand, createCommand } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import type { WhichToken } from '../facts/tokens.ts';

const examples = [
  ['picoclaw-launcher token url', 'a link that signs in once, within ten minutes'],
  ['picoclaw-launcher token show --channel --yes', 'the token for your own programs'],
  ['picoclaw-launcher token rotate --channel', 'make another one; what runs takes it at once'],
] as const;

interface Which {
  readonly launcher?: boolean;
  readonly channel?: boolean;
}

/** `token show|copy|rotate|url [--launcher|--channel]`. */
export const build: BuildCommand = (context) => {
  const command = createCommand(
    'token',
    'Shows, copies and changes the launcher token or the channel token.',
    examples,
  );
  const orders = () => import('../token/orders.ts');
  const about = (name: string, description: string) =>
    command
      .command(name)
      .description(description)
      .option('--launcher', 'the launcher token: it opens the dashboard (default)')
      .option('--channel', 'the channel token: it opens the chat for programs');
  about('show', 'print it; elsewhere than on a terminal only with --yes')
    .option('--yes', 'print it, whoever reads along')
    .action(async ({ yes = false, ...which }: Which & { yes?: boolean }) => {
      if (!yes && !context.isTerminal) {
        const message = 'What is printed here goes into a file or a program. Repeat with --yes if that is wanted.';
        throw new CliError(ExitCode.usage, message);
      }
      const { findToken } = await orders();
      context.print((await findToken(context, whichOf(which))).reveal());
    });
  about('copy', 'put it on the clipboard').action(async (which: Which) => {
    const token = await (await orders()).findToken(context, whichOf(which));
    const { copyText } = await import('../token/copy-text.ts');
    const program = await copyText(token.reveal(), context.environment);
    if (program === undefined) {
      const hint = 'Install wl-clipboard, xclip or xsel, or use: picoclaw-launcher token show';
      throw new CliError(ExitCode.failed, 'There is no clipboard here.', hint);
    }
    context.print(`The ${whichOf(which)} token is on the clipboard.`);
  });
  about('rotate', 'make another one, and have what runs take it').action(async (which: Which) => {
    context.print(await (await orders()).rotateToken(context, whichOf(which)));
  });
  command
    .command('url')
    .description('print a link that signs in once, within ten minutes')
    .option('--long-lived', 'a link with the launcher token itself, which works until it is changed')
    .action(async ({ longLived = false }: { longLived?: boolean }) => {
      const { createLink, longLivedLink } = await orders();
      if (longLived) return context.print(await longLivedLink(context));
      const { url, expiresAt } = await createLink(context);
      context.print(url);
      context.note(`It signs in once, until ${new Date(expiresAt).toLocaleTimeString()}.`);
    });
  return command;
};

function whichOf({ launcher = false, channel = false }: Which): WhichToken {
  if (launcher && channel) throw new CliError(ExitCode.usage, 'Name one token: --launcher or --channel.');
  return channel ? 'channel' : 'launcher';
}
