/** What is wrong with what was written; `values` go into the sentence. */
export interface Problem {
  code:
    | 'wholeNumber'
    | 'numberBetween'
    | 'numberFrom'
    | 'network'
    | 'networkSize'
    | 'hostName'
    | 'bindEmpty'
    | 'bindHost'
    | 'basePath'
    | 'httpUrl'
    | 'origin';
  values?: Readonly<Record<string, string | number>>;
}

/** Judges what was written; undefined when the launcher will take it. It has the last word. */
export type Check = (text: string) => Problem | undefined;

/** A whole number within limits. */
export function numberWithin(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  return (text) => {
    const number = Number(text.trim());
    if (!/^-?\d{1,16}$/.test(text.trim()) || !Number.isSafeInteger(number)) return { code: 'wholeNumber' };
    if (number >= min && number <= max) return undefined;
    return max === Number.MAX_SAFE_INTEGER
      ? { code: 'numberFrom', values: { min } }
      : { code: 'numberBetween', values: { min, max } };
  };
}

/** A TCP port. */
export const portProblem: Check = numberWithin(1, 65_535);

/** The entries of a field with one in each line. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const forEachLine =
  (check: (entry: string) => Problem['code'] | undefined): Check =>
  (text) => {
    for (const entry of linesOf(text)) {
      const code = check(entry);
      if (code !== undefined) return { code, values: { entry, bits: isIpv4(entry) ? 32 : 128 } };
    }
    return undefined;
  };

const BYTE = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);

const isIpv4 = (text: string): boolean => IPV4.test(text);

const isIpv6 = (text: string): boolean =>
  /^[\da-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);

/** Address ranges, one in each line. A bare address is none: the launcher wants to be told its size. */
export const networksProblem: Check = forEachLine((entry) => {
  const [address = '', bits, ...rest] = entry.split('/');
  const isAddress = isIpv4(address) || isIpv6(address);
  if (isAddress && bits === undefined) return 'networkSize';
  const size = isIpv4(address) ? 32 : 128;
  const isRange = isAddress && rest.length === 0 && /^\d{1,3}$/.test(bits ?? '') && Number(bits) <= size;
  return isRange ? undefined : 'network';
});

/** Names as they stand in a `Host` header, one in each line, or `*`. */
export const hostsProblem: Check = forEachLine((entry) =>
  entry === '*' || isIpv6(entry) || /^[a-z\d_]([a-z\d_.-]*[a-z\d_])?$/i.test(entry) ? undefined : 'hostName',
);

const BIND_NAME = /^(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/;

/** What to listen on: addresses or names with commas between them; nothing at all is this machine only. */
export const bindProblem: Check = (text) => {
  if (text.trim() === '') return undefined;
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') return { code: 'bindEmpty' };
    const isName = BIND_NAME.test(entry) && !/^[\d.]+$/.test(entry);
    const address = entry.replace(/^\[(.*)\]$/, '$1');
    if (entry !== '*' && !isName && !isIpv4(entry) && !isIpv6(address)) return { code: 'bindHost', values: { entry } };
  }
  return undefined;
};

/** A path that the launcher can live under. */
export const basePathProblem: Check = (text) => {
  const path = text.trim();
  if (path === '') return undefined;
  const isGood = /^\/(?:[\w.~-]+\/)*[\w.~-]*$/.test(path) && !/(^|\/)\.{1,2}(\/|$)/.test(path);
  return isGood ? undefined : { code: 'basePath' };
};

/** An http address, or nothing. */
export const urlProblem: Check = (text) => {
  const url = text.trim();
  if (url === '') return undefined;
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? undefined : { code: 'httpUrl' };
};

/** Exact origins, one in each line, or `*`: the gateway lets nobody in by any other entry. */
export const originsProblem: Check = forEachLine((entry) => {
  if (entry === '*') return undefined;
  if (!URL.canParse(entry)) return 'origin';
  const { hostname, pathname, search, hash, username } = new URL(entry);
  const isBare = hostname !== '' && ['', '/'].includes(pathname) && search + hash + username === '';
  return isBare ? undefined : 'origin';
});
