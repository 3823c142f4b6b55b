import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, statusLineAndHeaders } from '../support/raw-http.ts';
import { PID_TOKEN, startTestGateway } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.app.close());

const request = (...lines: string[]) => [...lines, 'Connection: close', '\r\n'].join('\r\n');

describe('a request', () => {
  it.each([
    ['with two Host lines', request('GET /health HTTP/1.1', 'Host: a', 'Host: b'), 400],
    ['with an empty Host', request('GET /health HTTP/1.1', 'Host: '), 400],
    ['with a malformed Host', request('GET /health HTTP/1.1', 'Host: a/b<>'), 400],
    ['that is no HTTP', 'HELLO\r\n\r\n', 400],
    ['with two lengths', request('POST /reload HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Content-Length: 2'), 400],
    [
      'with length and chunks',
      request('POST /reload HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
      400,
    ],
    ['with 20 KiB of headers', request('GET /health HTTP/1.1', 'Host: a', `X: ${'x'.repeat(20_000)}`), 431],
    ['by TRACE', request('TRACE /health HTTP/1.1', 'Host: a', 'X-Secret: echo'), 405],
    ['by a method that nobody uses here', request('PROPFIND /health HTTP/1.1', 'Host: a'), 405],
    ['for an unknown path', request('GET /admin HTTP/1.1', 'Host: a'), 404],
    ['for a path that cannot be decoded', request('GET /%zz HTTP/1.1', 'Host: a'), 400],
  ])('%s gets a complete JSON reply', async (_what, bytes, status) => {
    const reply = await exchange(gateway.port, bytes);
    expect(reply).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const [head = '', body = ''] = reply.split('\r\n\r\n');
    expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBe(body.length);
    expect(Object.keys(JSON.parse(body))).toEqual(['error', 'message']);
    expect(body).not.toMatch(/echo|\bat .+:\d+/);
  });

  it('with a text/plain body, as a form of another site can send it, is 415', async () => {
    const headers = { authorization: `Bearer ${PID_TOKEN}`, 'content-type': 'text/plain' };
    const response = await gateway.app.inject({ method: 'POST', url: '/reload', headers, payload: 'x' });
    expect(response.statusCode).toBe(415);
  });

  it('without a Host is refused by Node itself', async () => {
    expect(await exchange(gateway.port, request('GET /health HTTP/1.1'))).toMatch(/^HTTP\/1.1 400 /);
  });

  it('that announces a body that is too large is refused at once', async () => {
    const announced = ['Host: a', 'Content-Type: application/json', 'Content-Length: 99999999'];
    const ask = (...more: string[]) => request('POST /reload HTTP/1.1', ...announced, ...more);
    const answer = await statusLineAndHeaders(gateway.port, ask(`Authorization: Bearer ${PID_TOKEN}`));
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    // Who may not order anything is not told more than that.
    expect(await statusLineAndHeaders(gateway.port, ask())).toMatch(/^HTTP\/1.1 401 /);
  });
});
