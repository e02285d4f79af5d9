import { useEffect, useState, type RefObject } from 'react';

/** Up to so many steps are all drawn. */
const drawnAtOnce = 200;
/** So far around what is seen, steps are drawn as well: what is scrolled or stepped to is there already. */
const around = 600;

interface Seen {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Which part of a large graph is to be drawn, in its own points; undefined for all of it. */
export function useSeen(box: RefObject<HTMLElement | null>, count: number, scale: number): Seen | undefined {
  const [seen, setSeen] = useState<Seen>();
  const isLarge = count > drawnAtOnce;
  useEffect(() => {
    const element = box.current;
    if (!isLarge || !element) return setSeen(undefined);
    let due = 0;
    const look = () => {
      due = 0;
      const { scrollLeft, scrollTop, clientWidth, clientHeight } = element;
      // In steps of half of what lies around: not each point that is scrolled draws it again.
      const step = around / 2;
      const down = (value: number) => Math.floor((value - around) / step) * step;
      const up = (value: number) => Math.ceil((value + around) / step) * step;
      const next = {
        left: down(scrollLeft) / scale,
        top: down(scrollTop) / scale,
        right: up(scrollLeft + clientWidth) / scale,
        bottom: up(scrollTop + clientHeight) / scale,
      };
      setSeen((old) => (old && JSON.stringify(old) === JSON.stringify(next) ? old : next));
    };
    const soon = () => (due ||= requestAnimationFrame(look));
    look();
    const watch = new ResizeObserver(soon);
    watch.observe(element);
    element.addEventListener('scroll', soon, { passive: true });
    return () => {
      cancelAnimationFrame(due);
      watch.disconnect();
      element.removeEventListener('scroll', soon);
    };
  }, [box, isLarge, scale]);
  return isLarge ? (seen ?? { left: 0, top: 0, right: 2000, bottom: 2000 }) : undefined;
}
