import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';
import type { Player } from './player.ts';
import type { Scale } from './timeline.ts';

export const zooms = [1, 2, 4, 8, 16, 32] as const;

/** One step closer or farther. */
export function zoomBy(zoom: number, by: 1 | -1): number {
  const index = zooms.findIndex((one) => one >= zoom);
  return zooms[Math.min(zooms.length - 1, Math.max(0, index + by))]!;
}

/** The zoom of an address; 1 if it has none. */
export function zoomOf(text: string | undefined): number {
  return zooms.find((one) => String(one) === text) ?? 1;
}

/** Keeps the play head in sight where the lanes are wider than their box, and tells which part of them is seen. */
export function useLanesScroll(box: RefObject<HTMLDivElement | null>, player: Player, scale: Scale, width: number, labels: number): void {
  const shown = useRef(0);
  const place = useRef(scale);
  place.current = scale;
  useLayoutEffect(() => {
    const element = box.current!;
    const seen = element.clientWidth - labels;
    const reveal = (isForced: boolean) => {
      const time = player.time.get();
      const x = time === null ? width : place.current.x(time);
      const isSeen = x >= element.scrollLeft + 8 && x <= element.scrollLeft + seen - 24;
      if (isForced || !isSeen) element.scrollLeft = time === null ? width : x - seen * (isForced ? 0.5 : 0.2);
    };
    const told = () => {
      const isAll = width <= seen;
      player.view.set(isAll ? null : { from: place.current.time(element.scrollLeft), to: place.current.time(element.scrollLeft + seen) });
    };
    if (shown.current !== width) reveal(true);
    shown.current = width;
    told();
    const stop = player.time.listen(() => reveal(false));
    element.addEventListener('scroll', told, { passive: true });
    return () => {
      stop();
      element.removeEventListener('scroll', told);
    };
  }, [box, player, width, labels]);
  useEffect(() => () => player.view.set(null), [player]);
}
