import { request as plainRequest } from 'node:http';
import { type RequestOptions, request as secureRequest } from 'node:https';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface AskOptions extends Pick<RequestOptions, 'ca' | 'servername' | 'localAddress' | 'headers' | 'method'> {
  /** Sent as JSON. */
  readonly json?: unknown;
}

/** Asks over http or https; unlike `fetch` it takes a certificate, a name or an address to come from. */
export function askHttp(url: string, { json, headers = {}, ...options }: AskOptions = {}): Promise<Answer> {
  const text = json === undefined ? undefined : JSON.stringify(json);
  const type = text === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length };
  const send = url.startsWith('https:') ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, { ...options, headers: { ...type, ...headers }, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(text);
  });
}
