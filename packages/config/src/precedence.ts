/** Where a value comes from. */
export type Source = 'flag' | 'env' | 'file' | 'default' | 'generated';

/** Set when the process was started as an installed service (`PICOCLAW_SERVICE_KIND`). */
export type ServiceKind = 'gateway' | 'launcher';

/** A value with where it comes from: the flag, the variable, or the file. */
export interface Setting<T> {
  readonly value: T;
  readonly source: Source;
  readonly from?: string;
}

const BY_HAND: readonly Source[] = ['flag', 'env', 'file', 'default', 'generated'];
// A variable that is left in the environment of a service would go on beating the file after the file was changed.
const AS_SERVICE: readonly Source[] = ['flag', 'file', 'env', 'default', 'generated'];

/** The strongest first; of equal sources the one that was named first. */
export function byPrecedence<T extends { readonly source: Source }>(
  candidates: readonly T[],
  serviceKind: ServiceKind | undefined,
): T[] {
  const order = serviceKind === undefined ? BY_HAND : AS_SERVICE;
  return candidates.toSorted((left, right) => order.indexOf(left.source) - order.indexOf(right.source));
}
