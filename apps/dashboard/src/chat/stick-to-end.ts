import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

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
  const [atEnd, setAtEnd] = useState(true);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
    stuck.current = distance < NEAR_PX;
    setAtEnd(stuck.current);
  }, []);
  const goToEnd = useCallback(() => {
    stuck.current = true;
    setAtEnd(true);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, []);

  useEffect(() => {
    if (scroller.current === null || content.current === null) return;
    // Also when the window or the composer changes the height of the view.
    const observer = new ResizeObserver(() => {
      if (stuck.current) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
    });
    observer.observe(content.current);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);

  return { scroller, content, atEnd, onScroll, goToEnd };
}
