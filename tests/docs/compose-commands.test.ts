import { expect, it } from 'vitest';
import { readComposeFile } from '../support/containers/compose-file.ts';
import { pages, textOf } from '../support/runnable-blocks.ts';

const { services } = readComposeFile();
const commands = pages.flatMap((page) =>
  [...textOf(page).matchAll(/docker compose (?:--profile (\w+) )?(?:exec|logs|restart) ?(\w+)?/g)].map(
    ([command, profile, service]) => ({ page, command, profile, service }),
  ),
);

it('the commands for containers on the pages name services that are there, in the profile that they name', () => {
  expect(commands.length).toBeGreaterThan(5);
  const isRight = ({ profile, service }: (typeof commands)[number]) =>
    service === undefined ||
    (services[service] !== undefined && (profile === undefined || services[service].profiles.includes(profile)));
  expect(commands.filter((command) => !isRight(command))).toEqual([]);
});
