import { describe, expect, it } from 'vitest';
import { fileNameOf } from '../../src/history/file-name.ts';

describe('the file name of a session', () => {
  it('is its id where that can be one', () => {
    expect(fileNameOf('6f1c0f4e-5d0c-4a58-8a86-2d9d3e4d6a10')).toBe('6f1c0f4e-5d0c-4a58-8a86-2d9d3e4d6a10');
    expect(fileNameOf('a_b')).toBe('a_b');
    expect(fileNameOf('x'.repeat(128))).toBe('x'.repeat(128));
  });

  it.each([
    '../x',
    'a/b',
    'a\\b',
    '',
    '.',
    '..',
    'con',
    'CON',
    'lpt1',
    'x'.repeat(300),
    '😀',
    'a\0b',
    'a b',
    'a.b',
    'a:b',
  ])('is a hash for %j', (id) => {
    expect(fileNameOf(id)).toMatch(/^h-[0-9a-f]{64}$/);
  });

  it('is not that of the index', () => {
    expect(fileNameOf('index')).toMatch(/^h-[0-9a-f]{64}$/);
  });

  it('differs for ids that differ only in capitals, whatever the file system thinks of them', () => {
    const names = ['talk', 'Talk', 'TALK'].map((id) => fileNameOf(id).toLowerCase());
    expect(new Set(names).size).toBe(3);
  });

  it('cannot be chosen by an id that looks like a hash', () => {
    const hashed = fileNameOf('../x');
    expect(fileNameOf(hashed)).not.toBe(hashed);
  });
});
