import { expect, test } from 'vitest';
import { changesOf, draftOf, problemIn } from '../../src/settings/draft.ts';
import { launcherFields } from '../../src/settings/fields.ts';

const config = {
  ...{ sources: {}, fixed: [], restart_pending: [] },
  ...{ port: 18_800, public: false, host: '', base_path: '/', allowed_cidrs: ['10.0.0.0/8', 'fd00::/8'] },
  ...{ allow_localhost_bypass: true, allowed_hosts: [], trusted_proxy_cidrs: [], login_attempts_per_minute: 10 },
  gateway_mode: 'managed',
};
const draft = draftOf(launcherFields, config);
const changes = (edits: Record<string, string | boolean>) => changesOf(launcherFields, config, { ...draft, ...edits });

test('what is stored is shown, and is no change', () => {
  expect(draft).toMatchObject({ port: '18800', public: false, allowed_cidrs: '10.0.0.0/8\nfd00::/8', gateway_url: '' });
  expect(changes({})).toEqual({});
});

test('only what differs is sent, in the types of the file', () => {
  expect(changes({ port: ' 8080 ', public: true, allowed_hosts: 'a.example\n\n b.example\n' })).toEqual({
    ...{ port: 8080, public: true },
    allowed_hosts: ['a.example', 'b.example'],
  });
});

test('blanks are no change, and an emptied text goes back to the default', () => {
  expect(changes({ port: '18800 ', allowed_cidrs: '\n10.0.0.0/8 \nfd00::/8', gateway_url: ' ' })).toEqual({});
  expect(changes({ base_path: '' })).toEqual({ base_path: null });
});

test('what is no number stays a change, so that it is judged', () => {
  expect(changes({ port: 'x' })).toEqual({ port: 'x' });
  const [port] = launcherFields;
  expect(port && problemIn(port, { ...draft, port: 'x' })).toEqual({ code: 'wholeNumber' });
});
