import { createContext, startTransition, useContext, useEffect, useState } from 'react';
import type { Highlight, MarkdownBlock } from './markdown-html.ts';

/** The highlighter of a conversation, loaded when the first of its messages needs it. */
export interface SharedHighlight {
  highlight: Highlight | undefined;
  load: () => void;
}

export const SharedHighlightContext = createContext<SharedHighlight>({ highlight: undefined, load: () => undefined });

/** Makes what the messages of a conversation share. */
export function useSharedHighlight(): SharedHighlight {
  const [shared, setShared] = useState<SharedHighlight>(() => ({
    highlight: undefined,
    load: () => {
      void import('./highlight.ts').then(({ highlight }) => {
        // In slices: all the messages that have code are rendered again.
        startTransition(() =>
          setShared((before) => (before.highlight === undefined ? { ...before, highlight } : before)),
        );
      });
    },
  }));
  return shared;
}

/** The highlighter, when there is code of a named language among the blocks and it is loaded. */
export function useHighlight(blocks: readonly MarkdownBlock[]): Highlight | undefined {
  const { highlight, load } = useContext(SharedHighlightContext);
  const isNeeded = blocks.some(({ token }) => hasCode(token));
  const isMissing = isNeeded && highlight === undefined;
  useEffect(() => {
    if (isMissing) load();
  }, [isMissing, load]);
  return isNeeded ? highlight : undefined;
}

/** Also in a list or a quotation. */
function hasCode(token: MarkdownBlock['token']): boolean {
  if (token.type === 'code') return Boolean(token.lang);
  const inside = token.type === 'list' ? token.items : 'tokens' in token ? token.tokens : undefined;
  return (inside as MarkdownBlock['token'][] | undefined)?.some(hasCode) ?? false;
}
