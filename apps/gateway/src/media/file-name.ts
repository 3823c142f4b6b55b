const MAX_LENGTH = 120;

/** The last part of a name that somebody gave a file, without what could deceive or break a line; `undefined` when nothing is left. */
export function cleanFileName(name: string): string | undefined {
  const last = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  // Besides control characters the marks that turn the direction of text, with which "gpj.exe" reads "exe.jpg".
  const visible = last.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
  const short = [...visible].slice(-MAX_LENGTH).join('');
  return short === '' || /^\.+$/.test(short) ? undefined : short;
}
