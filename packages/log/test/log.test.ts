import { mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLog } from '../src/index.ts';

const freshFolder = () => mkdtempSync(join(tmpdir(), 'picoclaw-log-'));

class Collector extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.text += chunk.toString();
    done();
  }
}

describe('a log', () => {
  it('goes to a file that only its owner can read, even one that stood there open', async () => {
    const folder = freshFolder();
    const path = join(folder, 'x.log');
    writeFileSync(path, 'before\n', { mode: 0o644 });
    const log = createLog({ level: 'info', file: { folder, name: 'x.log' } });
    log.logger.info({ code: 'here' }, 'a line');
    await log.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const [, line = ''] = readFileSync(path, 'utf8').split('\n');
    expect(JSON.parse(line)).toMatchObject({ code: 'here', msg: 'a line' });
  });

  it('leaves the mode of a file alone that somebody put a link to', async () => {
    const folder = freshFolder();
    const target = join(freshFolder(), 'elsewhere.log');
    writeFileSync(target, '', { mode: 0o644 });
    symlinkSync(target, join(folder, 'x.log'));
    const log = createLog({ level: 'info', file: { folder, name: 'x.log' } });
    log.logger.info('a line');
    await log.close();
    expect(readFileSync(target, 'utf8')).toContain('a line');
    expect(statSync(target).mode & 0o777).toBe(0o644);
  });

  it('redacts what a library may put into a record', async () => {
    const stream = new Collector();
    const log = createLog({ level: 'info', console: { level: 'info', format: 'json', stream } });
    const headers = { authorization: 'Bearer s3cr3t', cookie: 's3cr3t', 'sec-websocket-protocol': 'token.s3cr3t' };
    log.logger.info({ req: { headers }, headers, token: 's3cr3t', body: { password: 's3cr3t' } }, 'request');
    await log.close();
    expect(stream.text).toContain('request');
    expect(stream.text).not.toContain('s3cr3t');
  });

  it('shows people one short line, with control characters made harmless', async () => {
    const stream = new Collector();
    const log = createLog({ level: 'info', console: { level: 'warn', format: 'text', stream } });
    log.logger.info('not shown');
    log.logger.warn({ host: 'a\r\nFORGED\u001b[31m\u009b31m' }, 'refused');
    expect(stream.text).toMatch(/^\d\d:\d\d:\d\d warn {2}refused host=/);
    expect(stream.text).not.toContain('not shown');
    expect(stream.text.trim().split('\n')).toHaveLength(1);
    expect(stream.text.trim()).not.toMatch(/\p{Cc}/u);
  });

  it('goes on without its file when the folder cannot be written', async () => {
    const folder = join(freshFolder(), 'file');
    writeFileSync(folder, 'not a folder');
    const stream = new Collector();
    const log = createLog({
      level: 'info',
      file: { folder, name: 'x.log' },
      console: { level: 'info', format: 'json', stream },
    });
    log.logger.info('still here');
    await log.close();
    expect(stream.text).toContain('still here');
  });
});
