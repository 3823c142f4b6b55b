import { expect, it } from 'vitest';
import { stripSecrets } from '../../src/service/strip-secrets.ts';

it('a drop-in keeps what is no secret, specifiers and comments included', () => {
  const text = [
    '# mine',
    '[Service]',
    'Environment=A=%h "PICOCLAW_LAUNCHER_TOKEN=s3cret" "B=2 \\"x\\""',
    '# Environment=PICOCLAW_LAUNCHER_TOKEN=s3cret',
    'ExecStart=',
    'ExecStart=/usr/bin/picoclaw \\',
    '  --token s3cret',
    'MemoryMax=1G',
    '',
  ].join('\n');
  expect(stripSecrets(text)).toBe('# mine\n[Service]\nEnvironment="A=%h" "B=2 \\"x\\""\nExecStart=\nMemoryMax=1G\n');
});

it('one that says nothing else is not kept', () => {
  expect(stripSecrets('[Service]\nEnvironment=PICOCLAW_LAUNCHER_TOKEN=s3cret\n')).toBeUndefined();
});

it('one without secrets stays byte for byte', () => {
  const text = '[Service]\nEnvironment=A=%h   B=1\n\n;x\n';
  expect(stripSecrets(text)).toBe(text);
});
