import fc from 'fast-check';
import { expect, test } from 'vitest';
import { updateLauncherConfig, updateSecurity } from '../src/index.ts';
import { aHome } from './support/home.ts';
import { jsonText } from './support/hostile-documents.ts';

const blanks = fc.constantFrom('', ' ', '  ', '\n', '\n  ', '\r\n\t', '\t');
/** Keys of other programs, as nothing but their own bytes tells: numbers too large, escapes, keys twice. */
const members = fc.array(
  fc.tuple(
    fc.stringMatching(/^x_[a-z]{1,6}$/),
    fc.oneof(jsonText, fc.constantFrom('9007199254740993', '1.10', '"\\u0041"', '1E2', '[ 1,2 ]', '{ }', 'null')),
  ),
  { maxLength: 4 },
);
/** An object with a port, its other members as they are, in any layout. */
const document = fc.tuple(members, members, blanks, blanks).map(([before, after, outer, inner]) => {
  const written = (port: number) => {
    const all = [...before, ['port', String(port)] as const, ...after];
    const lines = all.map(([name, value]) => `${inner}${JSON.stringify(name)}:${inner}${value}`);
    return `${outer}{${lines.join(`${outer},`)}${inner}}${outer}`;
  };
  return written;
});

test('a changed number changes its own bytes and no other ones', async () => {
  const home = aHome();
  await fc.assert(
    fc.asyncProperty(document, async (written) => {
      home.write('launcher-config.json', written(18_801));
      const { changed } = await updateLauncherConfig(home.paths, home.environment, { port: 18_802 });
      expect([changed, home.read('launcher-config.json')]).toEqual([[home.paths.launcherConfigFile], written(18_802)]);
    }),
    { numRuns: 60 },
  );
});

test('a change that says nothing new leaves every byte, of JSON and of YAML', async () => {
  const home = aHome();
  await fc.assert(
    fc.asyncProperty(document, fc.constantFrom('', '# a comment\n', '---\n'), async (written, head) => {
      home.write('launcher-config.json', written(18_801));
      const yaml = `${head}channels:   # ours\n    pico: {token:   "abcdefgh"}\nother:\n- 1.10\n`;
      home.write('.security.yml', yaml);
      const results = [
        await updateLauncherConfig(home.paths, home.environment, { port: 18_801, nothing: null }),
        await updateSecurity(home.paths, home.environment, { channels: { pico: { token: 'abcdefgh' } }, no: null }),
      ];
      expect(results).toEqual([{ changed: [] }, { changed: [] }]);
      expect([home.read('launcher-config.json'), home.read('.security.yml')]).toEqual([written(18_801), yaml]);
    }),
    { numRuns: 30 },
  );
});

test('a changed token in YAML leaves every other line as it is, whatever a reader may take it for', async () => {
  const home = aHome();
  const written = fc.oneof(
    fc.constantFrom('0123', '007', '9007199254740993', '1.10', '0x1F', '0o17', '1e3', '+1', '-0', '.NaN', '.inf', '~'),
    fc.constantFrom('1.00000000000000000001', 'True', 'null', '2001-01-01', "'a'", '12:30:45', '1_000', 'plain text'),
    fc.stringMatching(/^[0-9]{1,30}$/),
    fc.stringMatching(/^[0-9]{1,3}\.[0-9]{1,20}$/),
  );
  const line = fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), written).map(([name, value]) => `${name}: ${value}`);
  const lines = fc.uniqueArray(line, { maxLength: 5, selector: (one) => one.split(':')[0] });
  await fc.assert(
    fc.asyncProperty(lines, lines, async (own, others) => {
      const text = (token: string) =>
        [
          ...[
            '# kept',
            'x_other:',
            '  k: 0',
            ...others.map((one) => `  ${one}`),
            'channels:',
            '  telegram:',
            '    token: 0123',
          ],
          ...['  pico:', '    # ours', `    token: ${token}`, ...own.map((one) => `    x_${one}`), ''],
        ].join('\n');
      fc.pre(!others.some((one) => one.startsWith('k:')));
      home.write('.security.yml', text('before12'));
      await updateSecurity(home.paths, home.environment, { channels: { pico: { token: 'after345' } } });
      expect(home.read('.security.yml')).toBe(text('after345'));
    }),
    { numRuns: 60 },
  );
});
