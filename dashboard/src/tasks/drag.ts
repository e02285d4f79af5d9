import { useCallback, useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';
import type { AgentTask } from '../live/types.ts';
import { columns, type Column } from './verdicts.ts';

/** So far a pressed pointer may move and still be a press. */
const slack = 5;

export interface Drag {
  readonly task: AgentTask;
  /** The column that it would fall into. */
  readonly over: Column | undefined;
  readonly width: number;
  /** How the card was carried when this was drawn. */
  readonly transform: string;
}

interface Start {
  readonly task: AgentTask;
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** Carries a card with the pointer. What is touched scrolls instead: there is a menu for it. */
export function useDrag(drop: (task: AgentTask, column: Column) => void): {
  drag: Drag | undefined;
  /** What is carried; it is moved here without drawing the board again. */
  ghost: RefObject<HTMLDivElement | null>;
  take: (event: PointerEvent, task: AgentTask) => void;
} {
  const [start, setStart] = useState<Start>();
  const [drag, setDrag] = useState<Drag>();
  const ghost = useRef<HTMLDivElement>(null);
  const dropped = useRef(drop);
  dropped.current = drop;

  const take = useCallback((event: PointerEvent, task: AgentTask) => {
    if (event.button !== 0 || event.pointerType === 'touch' || (event.target as HTMLElement).closest('[data-no-drag]')) return;
    const { left, top, width } = event.currentTarget.getBoundingClientRect();
    setStart({ task, x: event.clientX, y: event.clientY, left, top, width });
  }, []);

  useEffect(() => {
    if (!start) return;
    let current: Drag | undefined;
    const show = (next: Drag | undefined) => {
      current = next;
      setDrag(next);
    };
    const move = ({ clientX, clientY }: globalThis.PointerEvent) => {
      const [x, y] = [clientX - start.x, clientY - start.y];
      if (!current && Math.hypot(x, y) < slack) return;
      const name = document.elementFromPoint(clientX, clientY)?.closest<HTMLElement>('[data-column]')?.dataset['column'];
      const over = columns.find((column) => column === name);
      const transform = `translate(${start.left + x}px, ${start.top + y}px) rotate(-1.5deg)`;
      if (!current || current.over !== over) show({ task: start.task, over, width: start.width, transform });
      else if (ghost.current) ghost.current.style.transform = transform;
    };
    const end = () => {
      show(undefined);
      setStart(undefined);
    };
    const up = () => {
      const carried = current;
      end();
      if (!carried) return;
      // What was carried was not pressed.
      const swallow = (event: MouseEvent) => event.stopPropagation();
      document.addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => document.removeEventListener('click', swallow, { capture: true }), 0);
      if (carried.over) dropped.current(carried.task, carried.over);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !current) return;
      event.preventDefault();
      event.stopPropagation();
      end();
    };
    document.addEventListener('pointermove', move);
    document.addEventListener('pointerup', up);
    document.addEventListener('pointercancel', end);
    document.addEventListener('keydown', key, true);
    document.body.style.userSelect = 'none';
    return () => {
      document.removeEventListener('pointermove', move);
      document.removeEventListener('pointerup', up);
      document.removeEventListener('pointercancel', end);
      document.removeEventListener('keydown', key, true);
      document.body.style.userSelect = '';
    };
  }, [start]);
  return { drag, ghost, take };
}
