import { useEffect, useState } from 'react';
import type { Highlight, MarkdownBlock } from './markdown-html.ts';

/** The highlighter, loaded when there is code of a named language among the blocks. */
export function useHighlight(blocks: readonly MarkdownBlock[]): Highlight | undefined {
  // In an object: a function in a state is taken for an update of it.
  const [loaded, setLoaded] = useState<{ highlight: Highlight }>();
  const isNeeded = blocks.some(({ token }) => hasCode(token));
  useEffect(() => {
    if (!isNeeded) return;
    let isGone = false;
    void import('./highlight.ts').then(({ highlight }) => {
      if (!isGone) setLoaded({ highlight });
    });
    return () => {
      isGone = true;
    };
  }, [isNeeded]);
  return loaded?.highlight;
}

/** Also in a list or a quotation. */
function hasCode(token: MarkdownBlock['token']): boolean {
  if (token.type === 'code') return Boolean(token.lang);
  const inside = token.type === 'list' ? token.items : 'tokens' in token ? token.tokens : undefined;
  return (inside as MarkdownBlock['token'][] | undefined)?.some(hasCode) ?? false;
}
