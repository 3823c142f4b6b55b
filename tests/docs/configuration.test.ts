import { expect, it } from 'vitest';
import {
  environmentVariables,
  gatewayOptions,
  launcherOptions,
  modelOptions,
  type Option,
} from '../../packages/config/src/index.ts';

const cell = (text: string) => text.replaceAll('|', '\\|');
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const optionTable = (options: readonly Option[]) =>
  table(
    ['key', 'type', 'default', 'meaning'],
    options.map(({ key, type, default: value, meaning }) => [
      `\`${key}\``,
      type,
      value === undefined ? '–' : `\`${JSON.stringify(value)}\``,
      meaning,
    ]),
  );

const page = `# Configuration

Made from the schemas by \`npm run docs\`; a test compares. Precedence: flag → environment → file → default, except in an
installed service, where the file beats the environment. Unknown keys are kept when a file is rewritten.

## config.json

Both layouts are read: flat \`channels.pico.*\`, and \`channel_list.<name>\` with \`type\`, \`enabled\` and \`settings\`.
\`.security.yml\` beside it overrides it key by key; its values may be \`file:///path\` or \`env://NAME\`.

${optionTable(gatewayOptions)}

Each entry of \`model_list\`:

${optionTable(modelOptions)}

## launcher-config.json

${optionTable(launcherOptions)}

## Over HTTP

\`GET /api/system/launcher-config\` and \`GET /api/system/gateway-config\` show the settings by their keys, with \`sources\` (where
each comes from), \`fixed\` (those that the environment, a flag or \`.security.yml\` decides) and \`restart_pending\` (those that
this process was started without). \`PUT\` with some of the keys changes those and no other; \`null\` goes back to the default.
A refusal says in \`issues\` what is wrong with which key, and nothing is written. What would keep the sender out is stored only
with \`?confirm=1\`. Settings of the gateway take effect at once, those of the launcher when it is started again.

## Environment

A secret also exists as \`<name>_FILE\`: the path of a file that holds it. A blank value counts as unset.

${table(
  ['variable', 'secret', 'meaning'],
  environmentVariables.map(({ name, secret, meaning }) => [`\`${name}\``, secret ? 'yes' : '', meaning]),
)}
`;

it('documents every option and variable as the schemas have them', async () => {
  await expect(page).toMatchFileSnapshot('../../docs/configuration.md');
});
