import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** This close to the end a reader counts as reading the newest lines. */
const NEAR_PX = 64;

interface StickToEnd {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** False while the reader is further up; then nothing moves by itself. */
  atEnd: boolean;
  onScroll: () => void;
  goToEnd: () => void;
}

/** Keeps the end of a growing text in view, unless the reader has scrolled away from it. */
export function useStickToEnd(): StickToEnd {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const lastTop = useRef(0);
  const [atEnd, setAtEnd] = useState(true);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
    // A text that grew is further from its end too; only a reader goes up.
    if (distance < NEAR_PX) stuck.current = true;
    else if (element.scrollTop < lastTop.current) stuck.current = false;
    lastTop.current = element.scrollTop;
    setAtEnd(stuck.current);
  }, []);
  const scrollToEnd = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTo({ top: element.scrollHeight });
    // Before its event comes a reader may be further up already, and has to be seen to have gone there.
    lastTop.current = element.scrollTop;
  }, []);
  const goToEnd = useCallback(() => {
    stuck.current = true;
    setAtEnd(true);
    scrollToEnd();
  }, [scrollToEnd]);

  useEffect(() => {
    if (scroller.current === null || content.current === null) return;
    // Also when the window or the composer changes the height of the view.
    const observer = new ResizeObserver(() => {
      if (stuck.current) scrollToEnd();
    });
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [scrollToEnd]);

  return { scroller, content, atEnd, onScroll, goToEnd };
}

/** Keeps what is read where it is when something is put before it; `first` changes with what comes first. */
export function useStayInPlace(scroller: RefObject<HTMLElement | null>, first: string | undefined): void {
  const fromEnd = useRef(0);
  const firstBefore = useRef(first);
  useEffect(() => {
    const element = scroller.current;
    const note = () => {
      if (element !== null) fromEnd.current = element.scrollHeight - element.scrollTop;
    };
    element?.addEventListener('scroll', note, { passive: true });
    return () => element?.removeEventListener('scroll', note);
  }, [scroller]);
  useLayoutEffect(() => {
    const element = scroller.current;
    const isPutBefore = firstBefore.current !== undefined && firstBefore.current !== first;
    firstBefore.current = first;
    if (element === null || !isPutBefore) return;
    // The browser's own scroll anchoring does nothing at the very top, and Safari has none.
    if (element.scrollTop > 0 && CSS.supports('overflow-anchor', 'auto')) return;
    element.scrollTop = element.scrollHeight - fromEnd.current;
  }, [scroller, first]);
}
