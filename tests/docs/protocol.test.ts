import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  ClientFrame,
  CloseCode,
  clientFrameTypes,
  ErrorCode,
  mayReconnect,
  serverFrameTypes,
} from '@picoclaw/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { api } from '../support/api.ts';
import { freshHome } from '../support/home.ts';
import { isAlive, pidOfGateway, root, startLauncher, until } from '../support/processes.ts';
import { runnableBlocks } from '../support/runnable-blocks.ts';

const PAGE = readFileSync(`${root}/docs/protocol.md`, 'utf8');
const TOKEN = 'launcher-token-for-tests';
const CHANNEL_TOKEN = 'channel-token-for-tests';

describe('docs/protocol.md', () => {
  it.each([...clientFrameTypes, 'typing.start', 'message.create', 'message.update', 'hello', 'ack', 'resync'])(
    'names the frame %s',
    (type) => expect(PAGE).toContain(`\`${type}`),
  );

  it('has a row for every close code, and says of each whether to dial again', () => {
    const rows = [...PAGE.matchAll(/^\| (\d{4}) \| \S.* \| (yes|no)\b.* \|$/gm)];
    const written = rows.map(([, code, again]) => [Number(code), again === 'yes']);
    const known = [...new Set(Object.values(CloseCode))];
    expect(written).toEqual(known.map((code) => [code, mayReconnect(code)]));
  });

  it.each(Object.values(ErrorCode))('names the error %s', (code) => expect(PAGE).toContain(`\`${code}\``));

  it('has examples that can be sent and can come', () => {
    const examples = [...PAGE.matchAll(/^([<>]) (\{.+\})$/gm)];
    expect(examples.length).toBeGreaterThan(2);
    for (const [, side, text = ''] of examples) {
      const frame = JSON.parse(text);
      if (side === '>') expect(ClientFrame.safeParse(frame).error).toBeUndefined();
      else expect(serverFrameTypes).toContain(frame.type);
    }
  });

  it('has a client that works as it stands, and comes back to a gateway that was killed', async () => {
    const program =
      runnableBlocks('docs/protocol.md').find(({ language, isEndless }) => language === 'js' && isEndless)?.code ?? '';
    const home = freshHome();
    const env = { PICOCLAW_LAUNCHER_TOKEN: TOKEN, PICOCLAW_CHANNELS_PICO_TOKEN: CHANNEL_TOKEN };
    const launcher = await startLauncher({ home, env });
    const victim = pidOfGateway(home);
    process.kill(victim, 'SIGKILL');
    await until(() => !isAlive(victim));
    const child = execFile(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      env: {
        ...{ PATH: process.env['PATH'], CHANNEL_TOKEN },
        PICO_URL: `ws://127.0.0.1:${launcher.gatewayPort}/pico/ws`,
      },
    });
    onTestFinished(() => void child.kill());
    expect(await new Promise((resolve) => child.stdout?.once('data', resolve))).toBe('hello\n');
    // An answer is stored behind its last word.
    const stored = async () => (await api(launcher.url, TOKEN).get('/api/sessions/example')).body['messages'];
    await expect.poll(stored).toMatchObject([{ content: '/echo hello' }, { content: 'hello' }]);
  });
});
