import { basename } from 'node:path';
import { Secret } from '@picoclaw/auth';
import { readBoundedFile } from '@picoclaw/config';
import { parse } from 'plist';
import { z } from 'zod';
import { ofKind, secretOfVariable, secretsInText, secretsInWords, withoutSecrets } from './embedded-secrets.ts';
import type { InstalledUnit } from './installed-unit.ts';
import { kindOf } from './kind-of.ts';
import { OWN_KEY } from './launchd-plist.ts';

const MAX_BYTES = 256 * 1024;

const Agent = z.object({
  Label: z.string().optional(),
  Program: z.string().optional(),
  ProgramArguments: z.array(z.string()).optional(),
  EnvironmentVariables: z.record(z.string(), z.coerce.string()).optional(),
  RunAtLoad: z.boolean().optional(),
  KeepAlive: z.union([z.boolean(), z.record(z.string(), z.unknown())]).optional(),
  [OWN_KEY]: z.int().optional(),
});

/** Reads an agent of launchd. Throws for what is no property list. */
export function readLaunchAgent(file: string, scope: InstalledUnit['scope']): InstalledUnit | undefined {
  const text = readBoundedFile(file, MAX_BYTES)?.text;
  if (text === undefined) return undefined;
  const parsed = Agent.safeParse(parseQuietly(text));
  if (!parsed.success) throw new Error('It is no agent of launchd.');
  const agent = parsed.data;
  const name = agent.Label ?? basename(file, '.plist');
  const words = agent.ProgramArguments ?? [];
  const program = agent.Program ?? words[0] ?? '';
  const variables = Object.entries(agent.EnvironmentVariables ?? {});
  const environment = new Map(variables.map(([key, value]) => [key, new Secret(value)]));
  const kind = kindOf({ name, program, args: words.slice(1), environment });
  if (kind === undefined) return undefined;
  const comments = [...text.matchAll(/<!--(.*?)-->/gs)].map(([, comment = '']) => comment);
  const embedded = [
    ...variables.flatMap(([key, value]) => secretOfVariable(key, value, `EnvironmentVariables: ${key}`)),
    ...secretsInWords(words, 'ProgramArguments'),
    ...comments.flatMap((comment) => secretsInText(comment, 'comment')),
  ].map((secret) => ({ ...ofKind(secret, kind), file }));
  return {
    ...{ manager: 'launchd', scope, kind, name, file, furtherFiles: [], program, environment, embedded },
    args: words.slice(1).map((word) => withoutSecrets(word, embedded)),
    templateVersion: agent[OWN_KEY],
    restart: restartOf(agent.KeepAlive),
    isEnabled: agent.RunAtLoad ?? false,
  };
}

/** The parser of XML below shows what it stumbles over on the console, which may be a secret. */
function parseQuietly(text: string): unknown {
  const { error } = console;
  console.error = () => undefined;
  try {
    return parse(text);
  } finally {
    console.error = error;
  }
}

function restartOf(keepAlive: z.output<typeof Agent>['KeepAlive']): string {
  if (keepAlive === true) return 'always';
  return typeof keepAlive === 'object' && keepAlive['SuccessfulExit'] === false ? 'on-failure' : 'no';
}
