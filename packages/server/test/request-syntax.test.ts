import { describe, expect, it } from 'vitest';
import { requestProblem } from '../src/index.ts';

const problemOf = ({ method = 'GET', url = '/', httpVersion = '1.1', lines = [] as string[] } = {}) => {
  const rawHeaders = ['Host', 'localhost', ...lines];
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const headers = Object.fromEntries(names.map((name, index) => [name, rawHeaders[2 * index + 1]]));
  const problem = requestProblem({ method, url, httpVersion, headers, rawHeaders });
  return problem && [problem.statusCode, problem.code];
};

describe('a request', () => {
  it('is fine as browsers and old clients send it', () => {
    expect(problemOf()).toBeUndefined();
    expect(problemOf({ httpVersion: '1.0' })).toBeUndefined();
    expect(problemOf({ method: 'POST', lines: ['Transfer-Encoding', 'Chunked'] })).toBeUndefined();
  });

  it.each([
    ['another Host', { lines: ['HOST', 'evil.example'] }, [400, 'bad_host']],
    ['an absolute address', { url: 'http://localhost/' }, [400, 'bad_path']],
    ['an asterisk', { method: 'OPTIONS', url: '*' }, [400, 'bad_path']],
    ['CONNECT', { method: 'CONNECT', url: 'localhost:22' }, [405, 'method_not_allowed']],
    ['HTTP/2.0', { httpVersion: '2.0' }, [400, 'bad_request']],
    ['HTTP/0.9', { httpVersion: '0.9' }, [400, 'bad_request']],
    ['chunks by HTTP/1.0', { httpVersion: '1.0', lines: ['Transfer-Encoding', 'chunked'] }, [400, 'bad_request']],
    ['a coding before chunked', { lines: ['Transfer-Encoding', 'gzip, chunked'] }, [400, 'bad_request']],
    ['an empty coding', { lines: ['Transfer-Encoding', ''] }, [400, 'bad_request']],
    ['an expectation', { lines: ['Expect', 'miracles'] }, [417, 'expectation_failed']],
    ['200 more lines', { lines: Array<string>(400).fill('x') }, [431, 'headers_too_large']],
  ])('is refused with %s', (_what, request, problem) => {
    expect(problemOf(request)).toEqual(problem);
  });
});
