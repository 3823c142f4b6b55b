import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { aLauncher, TOKEN } from './build-test-launcher.ts';

interface Way {
  readonly remoteAddress?: string;
  readonly host?: string;
  readonly forwardedFor?: string;
}

const put = async (config: object, changes: object, { remoteAddress, host, forwardedFor }: Way = {}, query = '') => {
  const { app, paths } = await aLauncher({ config: { allowed_hosts: ['pico.example'], ...config } });
  const reply = await app.inject({
    method: 'PUT',
    url: `/api/system/launcher-config${query}`,
    payload: changes,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(host && { host }),
      ...(forwardedFor && { 'x-forwarded-for': forwardedFor }),
    },
    ...(remoteAddress && { remoteAddress }),
  });
  const stored = JSON.parse(readFileSync(paths.launcherConfigFile, 'utf8'));
  const isStored = Object.entries(changes).every(([key, value]) => isDeepStrictEqual(stored[key], value));
  return { status: reply.statusCode, body: reply.json(), isStored };
};

test.each<[string, object, object, Way, string]>([
  [
    'a list without the own address',
    {},
    { allowed_cidrs: ['10.0.0.0/8'] },
    { remoteAddress: '192.168.1.5' },
    'allowed_cidrs',
  ],
  [
    'no way in for this machine',
    { allowed_cidrs: ['10.0.0.0/8'] },
    { allow_localhost_bypass: false },
    {},
    'allow_localhost_bypass',
  ],
  ['a host that is used', {}, { allowed_hosts: [] }, { host: 'pico.example' }, 'allowed_hosts'],
  [
    'a proxy that is not trusted any more',
    { trusted_proxy_cidrs: ['10.0.0.1/32'], allowed_cidrs: ['192.168.0.0/16'] },
    { trusted_proxy_cidrs: [] },
    { remoteAddress: '10.0.0.1', forwardedFor: '192.168.1.5' },
    'trusted_proxy_cidrs',
  ],
])(
  '%s is refused to whoever would be locked out, and stored when confirmed',
  async (_what, config, changes, way, key) => {
    const refused = await put(config, changes, way);
    expect([refused.status, refused.body.error]).toEqual([409, 'would_lock_out']);
    expect(refused.body.issues).toEqual([{ key, message: expect.stringMatching(/^would /) }]);
    expect(refused.isStored).toBe(false);
    expect(await put(config, changes, way, '?confirm=1')).toMatchObject({ status: 200, isStored: true });
  },
);

test.each<[string, object, Way]>([
  ['a list with the own address', { allowed_cidrs: ['192.168.0.0/16'] }, { remoteAddress: '192.168.1.5' }],
  ['any list, for this machine', { allowed_cidrs: ['10.0.0.0/8'] }, {}],
  ['another host, for who uses an address', { allowed_hosts: [] }, { host: '127.0.0.1:18800' }],
  ['every host', { allowed_hosts: ['*'] }, { host: 'pico.example' }],
  ['what has nothing to do with it', { port: 18_900 }, { host: 'pico.example' }],
])('%s needs no confirmation', async (_what, changes, way) => {
  expect(await put({}, changes, way)).toMatchObject({ status: 200, isStored: true });
});
