import { expect, test, vi } from 'vitest';
import { parseFlags } from '../src/flags.ts';

test.each<[string[], object]>([
  [[], { browser: true }],
  [['--no-browser'], { browser: false }],
  [['-no-browser'], { browser: false }],
  [['-port=8080', '-public'], { browser: true, port: 8080, public: true }],
  [['--port', '1', '--host', '127.0.0.1,::1'], { browser: true, port: 1, host: '127.0.0.1,::1' }],
  [['-console', '--debug', '-lang', 'zh'], { browser: true, console: true, debug: true, lang: 'zh' }],
  [['--keep-gateway', '--external-gateway'], { browser: true, keepGateway: true, externalGateway: true }],
  [['/etc/pico/config.json'], { browser: true, configFile: '/etc/pico/config.json' }],
])('%j is understood', (args, expected) => {
  expect(parseFlags(args)).toEqual(expected);
});

test.each([
  ['a port that is no number', ['--port', 'x'], 2],
  ['port 0', ['--port', '0'], 2],
  ['a port above all', ['--port', '65536'], 2],
  ['a port in another notation', ['--port', '1e3'], 2],
  ['a port with blanks', ['--port', ' 80'], 2],
  ['an unknown flag', ['--prot', '80'], 2],
  ['a language that is not there', ['--lang', 'tlh'], 2],
  ['two configuration files', ['a.json', 'b.json'], 2],
  ['a wish for help', ['--help'], 0],
  ['a wish for the version', ['-v'], 0],
])('%s (%j) ends the process with %i', (_what, args, code) => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const exit = vi.fn((status: number): never => {
    throw new Error(`exit ${status}`);
  });
  expect(() => parseFlags(args, exit)).toThrow(`exit ${code}`);
});
