import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { aFreshLauncher, aLauncher, cookieOf, signIn, type TestLauncher, TOKEN } from './build-test-launcher.ts';

const MINE = 'a-token-of-mine';
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

const setup = ({ app }: TestLauncher, payload: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/setup', payload, headers });
const isSignedIn = async ({ app }: TestLauncher, cookie: string) =>
  (await app.inject({ url: '/api/system/version', headers: { cookie } })).statusCode === 200;
const configFile = ({ paths }: TestLauncher) => JSON.parse(readFileSync(paths.launcherConfigFile, 'utf8'));

test.each(['/setup', '/api/auth/setup', '/launcher-setup'])(
  'POST %s in the first run registers a token of one’s own and signs in',
  async (url) => {
    const launcher = await aFreshLauncher();
    expect(configFile(launcher)).toMatchObject({ setup_pending: true });
    const reply = await launcher.app.inject({ method: 'POST', url, payload: { token: MINE, confirm: MINE } });
    expect([reply.statusCode, reply.json()]).toEqual([200, { status: 'ok' }]);
    expect(await isSignedIn(launcher, cookieOf(reply))).toBe(true);
    expect(configFile(launcher)).toEqual({ launcher_token: MINE });
    expect(launcher.launcherToken).toMatchObject({ source: 'config', isSetupPending: false });
    const login = (token: string) => launcher.app.inject({ method: 'POST', url: '/login', payload: { token } });
    expect((await login(MINE)).statusCode).toBe(200);
  },
);

test('the generated token is worth nothing any more', async () => {
  const launcher = await aFreshLauncher();
  const generated = launcher.token();
  expect(generated).toMatch(/^[\w-]{43}$/);
  await setup(launcher, { token: MINE, confirm: MINE });
  const headers = { authorization: `Bearer ${generated}` };
  expect((await launcher.app.inject({ url: '/api/system/version', headers })).statusCode).toBe(401);
});

test.each([
  ['too short', 'x'.repeat(7), undefined, 'token_too_short'],
  ['too short in characters, not in bytes', '😀'.repeat(7), undefined, 'token_too_short'],
  ['too long', 'x'.repeat(257), undefined, 'token_too_long'],
  ['with a NUL', 'abcdefgh\u0000', undefined, 'token_has_control_characters'],
  ['with a line break at its end', 'abcdefgh\n', undefined, 'token_has_control_characters'],
  ['with an escape', 'abcd\u001b[0mefgh', undefined, 'token_has_control_characters'],
  ['with a C1 control', 'abcdefgh\u0085', undefined, 'token_has_control_characters'],
  ['with a blank before', ' abcdefgh', undefined, 'token_has_surrounding_blanks'],
  ['with a blank behind', 'abcdefgh ', undefined, 'token_has_surrounding_blanks'],
  ['with a no-break space behind', 'abcdefgh\u00a0', undefined, 'token_has_surrounding_blanks'],
  ['of blanks', ' '.repeat(10), undefined, 'token_has_surrounding_blanks'],
  ['another than its confirmation', 'abcdefgh', 'abcdefgH', 'tokens_do_not_match'],
])('a token that is %s is refused', async (_what, token, confirm, code) => {
  const launcher = await aFreshLauncher();
  const reply = await setup(launcher, { token, confirm: confirm ?? token });
  expect([reply.statusCode, reply.json().error, reply.cookies]).toEqual([400, code, []]);
  expect(launcher.launcherToken.isSetupPending).toBe(true);
});

test.each(['x'.repeat(8), 'x'.repeat(256), '😀'.repeat(256), 'with blanks inside', '密码密码密码密码'])(
  '%j is a token',
  async (token) => {
    const launcher = await aFreshLauncher();
    expect((await setup(launcher, { token, confirm: token })).statusCode).toBe(200);
    const login = await launcher.app.inject({ method: 'POST', url: '/login', payload: { token } });
    expect(login.statusCode).toBe(200);
    const again = await aLauncher({ home: launcher.home });
    expect(again.token()).toBe(token);
  },
);

test.each([{}, { token: MINE }, { token: 1, confirm: 1 }, { token: MINE, confirm: MINE, admin: true }, [MINE, MINE]])(
  'POST /setup refuses %j',
  async (payload) => {
    const reply = await setup(await aFreshLauncher(), payload);
    expect([reply.statusCode, reply.json().error]).toEqual([400, 'invalid_body']);
  },
);

test('of two at once one is first, and the other is told', async () => {
  const launcher = await aFreshLauncher();
  const replies = await Promise.all([
    setup(launcher, { token: 'first-token', confirm: 'first-token' }),
    setup(launcher, { token: 'second-token', confirm: 'second-token' }),
  ]);
  expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  const loser = replies.find(({ statusCode }) => statusCode === 409);
  expect([loser?.json().error, loser?.cookies]).toEqual(['already_set_up', []]);
  expect(configFile(launcher).launcher_token).toBe(launcher.token());
});

test('of two launchers in one home one is first, and the other is told', async () => {
  const first = await aFreshLauncher();
  const second = await aLauncher({ home: first.home });
  const replies = await Promise.all([
    setup(first, { token: 'first-token', confirm: 'first-token' }),
    setup(second, { token: 'second-token', confirm: 'second-token' }),
  ]);
  expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
});

test('the session that sets up goes on, all others end', async () => {
  const launcher = await aFreshLauncher();
  const [own, other] = [await signIn(launcher), await signIn(launcher)];
  const reply = await setup(launcher, { token: MINE, confirm: MINE }, { cookie: own, ...SAME_ORIGIN });
  expect(reply.statusCode).toBe(200);
  expect(await isSignedIn(launcher, cookieOf(reply))).toBe(true);
  expect(await isSignedIn(launcher, other)).toBe(false);
  // Signed under the token of before: the browser has the new one.
  expect(await isSignedIn(launcher, own)).toBe(false);
});

test('later a change needs a session and the current token', async () => {
  const launcher = await aLauncher();
  const body = { token: MINE, confirm: MINE };
  const anonymous = await setup(launcher, { ...body, current_token: TOKEN });
  expect([anonymous.statusCode, anonymous.json().error]).toEqual([409, 'already_set_up']);
  const [own, other] = [await signIn(launcher), await signIn(launcher)];
  const headers = { cookie: own, ...SAME_ORIGIN };
  for (const current of [{}, { current_token: 'wrong' }, { setup_token: TOKEN }]) {
    const reply = await setup(launcher, { ...body, ...current }, headers);
    expect([reply.statusCode, reply.json().error]).toEqual([401, 'invalid_token']);
  }
  const reply = await setup(launcher, { ...body, current_token: TOKEN }, headers);
  expect(reply.statusCode).toBe(200);
  expect([await isSignedIn(launcher, cookieOf(reply)), await isSignedIn(launcher, other)]).toEqual([true, false]);
  expect(configFile(launcher).launcher_token).toBe(MINE);
});

test('a token that was changed in the file meanwhile is not overwritten', async () => {
  const launcher = await aLauncher();
  const headers = { cookie: await signIn(launcher), ...SAME_ORIGIN };
  writeFileSync(launcher.paths.launcherConfigFile, JSON.stringify({ launcher_token: 'by-hand-by-hand' }));
  const reply = await setup(launcher, { token: MINE, confirm: MINE, current_token: TOKEN }, headers);
  expect([reply.statusCode, reply.json().error]).toEqual([409, 'already_set_up']);
  expect(configFile(launcher).launcher_token).toBe('by-hand-by-hand');
});

test('a token of the environment is changed in the environment', async () => {
  const launcher = await aLauncher({ variables: { PICOCLAW_LAUNCHER_TOKEN: 'from-the-environment' } });
  const headers = { cookie: await signIn(launcher), ...SAME_ORIGIN };
  const reply = await setup(launcher, { token: MINE, confirm: MINE, current_token: 'from-the-environment' }, headers);
  expect([reply.statusCode, reply.json().error]).toEqual([409, 'token_managed_by_env']);
});

test('a configuration that cannot be written is a fault of the server, and makes no session', async () => {
  const launcher = await aFreshLauncher();
  const generated = launcher.token();
  if (process.getuid?.() === 0) {
    // Whom no mode stops is stopped by a folder where the file should be.
    rmSync(launcher.paths.launcherConfigFile);
    mkdirSync(launcher.paths.launcherConfigFile);
  } else {
    chmodSync(launcher.home, 0o500);
    onTestFinished(() => chmodSync(launcher.home, 0o700));
  }
  const reply = await setup(launcher, { token: MINE, confirm: MINE });
  expect([reply.statusCode, reply.json().error, reply.cookies]).toEqual([503, 'config_unavailable', []]);
  expect(launcher.launcherToken.isSetupPending).toBe(true);
  expect(launcher.token()).toBe(generated);
});

test('GET /setup is there in the first run, and leads to the login page afterwards', async () => {
  const launcher = await aFreshLauncher();
  expect((await launcher.app.inject('/setup')).statusCode).toBe(200);
  await setup(launcher, { token: MINE, confirm: MINE });
  const reply = await launcher.app.inject('/setup');
  expect([reply.statusCode, reply.headers.location]).toEqual([303, '/login']);
});
