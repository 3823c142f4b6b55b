import { expect, it } from 'vitest';
import { findStableProgram } from '../../src/service/stable-program.ts';

const NVM = '/home/p/.nvm/versions/node/v24.1.0/bin/node';

/** A machine with these programs: path, where it leads, its version. */
const machine =
  (...nodes: [string, string, string][]) =>
  (path: string) => {
    const [, realPath, version] = nodes.find(([name]) => name === path) ?? [];
    return realPath && version ? { realPath, version } : undefined;
  };

it('a Node that no version manager keeps is used as it is', () => {
  const inspect = machine(['/usr/bin/node', '/usr/bin/node', 'v24.1.0']);
  expect(findStableProgram({ execPath: '/usr/bin/node', inspect })).toEqual({
    ...{ program: '/usr/bin/node', versionManager: undefined, isFleeting: false },
  });
});

it.each([
  [NVM, 'nvm'],
  ['/run/user/1000/fnm_multishells/12_3/bin/node', 'fnm'],
  ['/home/p/.volta/tools/image/node/24.1.0/bin/node', 'Volta'],
  ['/home/p/.asdf/installs/nodejs/24.1.0/bin/node', 'asdf'],
  ['/home/p/.local/share/mise/installs/node/24.1.0/bin/node', 'mise'],
  ['/opt/homebrew/Cellar/node/24.1.0/bin/node', 'Homebrew'],
])('%s gives way to the Node of the system', (execPath, versionManager) => {
  const inspect = machine([execPath, execPath, 'v24.1.0'], ['/usr/bin/node', '/usr/bin/node', 'v22.13.0']);
  expect(findStableProgram({ execPath, inspect })).toEqual({
    program: '/usr/bin/node',
    versionManager,
    isFleeting: false,
  });
});

it.each([
  ['is too old', ['/usr/bin/node', '/usr/bin/node', 'v18.19.0']],
  ['leads to the same version manager', ['/usr/local/bin/node', NVM, 'v24.1.0']],
] as const)('it stays when the one of the system %s', (_, [path, realPath, version]) => {
  const inspect = machine([NVM, NVM, 'v24.1.0'], [path, realPath, version]);
  expect(findStableProgram({ execPath: NVM, inspect })).toEqual({
    program: NVM,
    versionManager: 'nvm',
    isFleeting: true,
  });
});

it('the name that Homebrew keeps is used for what is behind it', () => {
  const cellar = '/opt/homebrew/Cellar/node/24.1.0/bin/node';
  const inspect = machine([cellar, cellar, 'v24.1.0'], ['/opt/homebrew/bin/node', cellar, 'v24.1.0']);
  expect(findStableProgram({ execPath: cellar, inspect }).program).toBe('/opt/homebrew/bin/node');
});
