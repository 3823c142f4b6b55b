import type { IncomingHttpHeaders } from 'node:http';

/**
 * Those of the named headers that say something and are meant for the next hop but one. What `Connection` names belongs
 * to the one connection that it came over, whatever it is (RFC 9110, 7.6.1).
 */
export function forwardedHeaders(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const nominated = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' && value !== '' && !nominated.includes(name) ? [[name, value]] : [];
    }),
  );
}
