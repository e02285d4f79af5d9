import { useEffect, useState, type RefObject } from 'react';

/** The width of an element, for what CSS alone cannot lay out. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    watch.observe(element);
    return () => watch.disconnect();
  }, [ref]);
  return width;
}
