import { useEffect, useState, useSyncExternalStore, type RefObject } from 'react';

/** The width of an element, for what CSS alone cannot lay out. */
export const useWidth = (ref: RefObject<HTMLElement | null>): number => useSize(ref).width;

/** The size of an element, for what is drawn to fit it. */
export function useSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const watch = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      setSize({ width: Math.round(width), height: Math.round(height) });
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [ref]);
  return size;
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
