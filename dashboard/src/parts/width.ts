import { useEffect, useState, useSyncExternalStore, type RefObject } from 'react';

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

const narrow = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 639.98px)');

function listen(call: () => void): () => void {
  narrow?.addEventListener('change', call);
  return () => narrow?.removeEventListener('change', call);
}

/** Whether the window is as narrow as a phone, where rows are cards. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(listen, () => narrow?.matches ?? false);
}
