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

function below(width: number): () => boolean {
  const query = typeof matchMedia === 'undefined' ? null : matchMedia(`(max-width: ${width - 0.02}px)`);
  const listen = (call: () => void) => {
    query?.addEventListener('change', call);
    return () => query?.removeEventListener('change', call);
  };
  return () => useSyncExternalStore(listen, () => query?.matches ?? false);
}

/** Whether the window is as narrow as a phone, where rows are cards. */
export const useIsNarrow = below(640);

/** Whether the window has no room for anything beside a list. */
export const useIsSlim = below(1024);
