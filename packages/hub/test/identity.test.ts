import { expect, it } from 'vitest';
import { createHub, HubError } from '../src/index.ts';
import { aSocket } from './support/a-socket.ts';

const hub = createHub();
const identityOf = (id: string, claims?: Record<string, unknown>) =>
  hub.add(aSocket(), { id, ...(claims && { claims }) })?.identity;

it('is a copy that nobody can change, neither who gave it nor who is given it', () => {
  const claims = { roles: ['reader'], nested: { deep: { value: 1 } } };
  const identity = identityOf('  somebody ', claims);
  claims.roles.push('admin');
  claims.nested.deep.value = 2;
  expect(identity).toEqual({ id: 'somebody', claims: { roles: ['reader'], nested: { deep: { value: 1 } } } });
  const roles = identity?.claims?.['roles'] as string[] | undefined;
  expect(() => roles?.push('admin')).toThrow(TypeError);
  expect(() => Object.assign(identity ?? {}, { id: 'other' })).toThrow(TypeError);
});

it('may refer to itself, and may be as deep as it likes', () => {
  const ring: Record<string, unknown> = { name: 'ring' };
  ring['self'] = ring;
  let deep: Record<string, unknown> = {};
  for (let level = 0; level < 1_000; level += 1) deep = { deep };
  const claims = identityOf('x', { ring, deep })?.claims as { ring: { self: unknown } };
  expect(claims.ring.self).toBe(claims.ring);
});

it.each(['', '   ', '\n'])('is refused without a name (%j)', (id) => {
  expect(() => identityOf(id)).toThrow(expect.objectContaining({ code: 'invalid_identity' }));
});

it('is refused with claims that are no data', () => {
  for (const claim of [() => {}, Symbol('x'), new WeakMap()]) {
    expect(() => identityOf('x', { claim })).toThrow(HubError);
  }
});
