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
