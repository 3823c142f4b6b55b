const PART_LENGTH = 8;
const MASK = '[hidden]';
/** Keys of others that a provider might mention: of its own provider behind it, of another account. */
const LOOKS_LIKE_A_KEY = /\b(?:sk|pk|rk|gsk|xai|hf)[-_][\w-]{8,}|\bBearer\s+[^\s"']+/gi;

/** Hides the keys in a text of a provider, and every part of them that has eight characters or more. */
export function maskKeys(text: string, keys: readonly string[]): string {
  const isHidden = new Array<boolean>(text.length).fill(false);
  for (const key of keys) hideParts(text, key, isHidden);
  let masked = '';
  for (const [index, character] of text.split('').entries()) {
    if (!isHidden[index]) masked += character;
    else if (!isHidden[index - 1]) masked += MASK;
  }
  return masked.replace(LOOKS_LIKE_A_KEY, MASK);
}

function hideParts(text: string, key: string, isHidden: boolean[]): void {
  const length = Math.min(PART_LENGTH, key.length);
  if (length === 0) return;
  const parts = new Set<string>();
  for (let at = 0; at + length <= key.length; at++) parts.add(key.slice(at, at + length));
  for (let at = 0; at + length <= text.length; at++)
    if (parts.has(text.slice(at, at + length))) isHidden.fill(true, at, at + length);
}
