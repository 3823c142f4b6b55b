import { HubError } from './hub-error.ts';

/** Who is behind a connection, as it was proved before the upgrade; `claims` is plain data. */
export interface HubIdentity {
  readonly id: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A copy that nobody can change any more. Throws a HubError (`invalid_identity`) for a blank id or claims that are no data. */
export function snapshotIdentity({ id, claims }: HubIdentity): HubIdentity {
  const name = typeof id === 'string' ? id.trim() : '';
  if (name === '') throw new HubError('invalid_identity', 'An identity needs an id that is not blank.');
  if (claims === undefined) return Object.freeze({ id: name });
  return Object.freeze({ id: name, claims: frozenCopy(claims) });
}

function frozenCopy(claims: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    const copy = structuredClone(claims);
    deepFreeze(copy);
    return copy;
  } catch (cause) {
    throw new HubError('invalid_identity', 'The claims of an identity must be plain data.', { cause });
  }
}

/** With a stack and a memory of its own: claims may be deep, and may refer back to themselves. */
function deepFreeze(root: object): void {
  const seen = new Set<object>();
  const open: object[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(Object.freeze(value));
    for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) open.push(member);
  }
}
