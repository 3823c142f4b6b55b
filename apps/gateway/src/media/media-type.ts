/** What a file is, and the extension that says so. */
export interface MediaType {
  readonly extension: string;
  readonly mediaType: string;
}

const UNKNOWN: MediaType = { extension: 'bin', mediaType: 'application/octet-stream' };

/** What has no signature is what it is said to be only if it is one of these, which nothing runs. */
const TEXTS: Readonly<Record<string, string>> = {
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/csv': 'csv',
  'application/json': 'json',
};

/** Whatever else its bytes are, a browser might run it. */
const RUNS = /[/+]xml\b|html/;

/** What the bytes of a file are, whatever their sender says; SVG, HTML and XML are nothing in particular. */
export async function mediaTypeOf(path: string, contentType?: string): Promise<MediaType> {
  // Needed with the first file, not at the start of the process.
  const { fileTypeFromFile } = await import('file-type');
  // Its parsers give up by throwing on some files that are broken in the middle.
  const found = await fileTypeFromFile(path).catch(() => undefined);
  if (found === undefined) return textOf(contentType);
  // An animated PNG is a PNG to everybody who does not know better.
  if (found.ext === 'apng') return { extension: 'png', mediaType: 'image/png' };
  if (RUNS.test(found.mime) || !/^[a-z0-9]{1,8}$/.test(found.ext)) return UNKNOWN;
  return { extension: found.ext, mediaType: found.mime };
}

function textOf(contentType = ''): MediaType {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const extension = Object.hasOwn(TEXTS, mediaType) ? TEXTS[mediaType] : undefined;
  return extension === undefined ? UNKNOWN : { extension, mediaType };
}
