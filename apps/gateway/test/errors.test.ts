import { describe, expect, it } from 'vitest';
import { codeOfStatus, errors, isErrorCode } from '../src/errors.ts';

describe('the error table', () => {
  it.each(Object.entries(errors))('has a stable code, a status and a sentence for %s', (code, { status, message }) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(message.length).toBeGreaterThan(10);
  });

  it.each([
    [413, 'body_too_large'],
    [415, 'unsupported_media_type'],
    [404, 'not_found'],
    [400, 'bad_request'],
    [418, 'bad_request'],
    [500, 'internal_error'],
    [200, 'internal_error'],
  ])('finds the row of a status %d that a library chose', (status, code) => {
    expect(codeOfStatus(status)).toBe(code);
  });

  it('knows its codes and nothing that every object has', () => {
    expect(isErrorCode('unauthorized')).toBe(true);
    expect(isErrorCode('constructor')).toBe(false);
  });
});
