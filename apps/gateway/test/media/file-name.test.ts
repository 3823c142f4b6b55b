import { expect, it } from 'vitest';
import { cleanFileName } from '../../src/media/file-name.ts';

it.each([
  ['report.pdf', 'report.pdf'],
  ['Übersicht — 報告.csv', 'Übersicht — 報告.csv'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\me\\a.png', 'a.png'],
  ['a\r\nSet-Cookie: x=1.png', 'aSet-Cookie: x=1.png'],
  ['photo\u202egpj.exe', 'photogpj.exe'],
  ['half \ud800 of a letter', 'half  of a letter'],
  ['  .bashrc ', '.bashrc'],
])('shows %j as %j', (name, shown) => expect(cleanFileName(name)).toBe(shown));

it.each(['', '   ', '.', '..', 'folder/', '\0'])('shows nothing of %j', (name) => {
  expect(cleanFileName(name)).toBeUndefined();
});

it('keeps the end of a long name, where the extension is', () => {
  const shown = cleanFileName(`${'😀'.repeat(500)}.png`) ?? '';
  expect([...shown]).toHaveLength(120);
  expect(shown).toMatch(/😀\.png$/u);
});
