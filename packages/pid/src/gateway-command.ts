/** The title a gateway gives itself (`process.title`), by which `ps` and other readers of the pid file know it. */
export const GATEWAY_TITLE = 'picoclaw gateway';

const INTERPRETERS = /^(?:node|nodejs|bun|deno|tsx|python[\d.]*)(?:\.exe)?$/i;

const baseName = (path: string): string => path.slice(path.search(/[^/\\]*$/));

/** The program's name without its directory, and what follows it; a script counts as the program of its interpreter. */
function programOf(command: readonly string[]): { name: string; rest: readonly string[] } {
  const [first = '', ...rest] = command;
  const name = baseName(first);
  if (!INTERPRETERS.test(name)) return { name, rest };
  const script = rest.findIndex((word) => !word.startsWith('-'));
  return script < 0 ? { name, rest } : programOf(rest.slice(script));
}

/**
 * Whether a command line is a gateway's. Directories do not count: `tail -f ~/.picoclaw/logs/gateway.log` with a reused
 * pid must not be taken for one, and neither must the launcher or another `picoclaw` sub-command.
 */
export function looksLikeGateway(command: readonly string[]): boolean {
  const { name, rest } = programOf(command);
  if (/launcher/i.test(name)) return false;
  const subCommand = rest.find((word) => !word.startsWith('-'));
  if (/picoclaw/i.test(name)) return subCommand === undefined || subCommand === 'gateway' || /\bgateway\b/i.test(name);
  return /\bgateway\b/i.test(name) || subCommand === 'gateway';
}
