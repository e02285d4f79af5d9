import { useKeys } from '../app/keys.ts';
import type { AgentTask } from '../live/types.ts';
import type { Acting } from './card.tsx';
import { columns } from './verdicts.ts';

interface Props {
  shown: readonly AgentTask[];
  isList: boolean;
  mayAct: boolean;
  acting: Acting;
  add: () => void;
  /** Absent if no task is open. */
  close: (() => void) | undefined;
}

const idOf = (element: Element | null | undefined) => element?.id.replace(/^task-/, '');

/** The keys of the board and the list: they go from card to card, whose focus says which one is meant, and carry it. */
export function useTaskKeys({ shown, isList, mayAct, acting, add, close }: Props): void {
  /** All cards, a column after the other, as they are drawn. */
  const places = (): HTMLElement[][] => {
    const cards = (within: ParentNode) => [...within.querySelectorAll<HTMLElement>('[id^="task-"]')];
    if (isList) return [cards(document.getElementById('main')!)];
    return [...document.querySelectorAll('[data-column]')].map(cards);
  };
  const current = (): AgentTask | undefined => {
    const id = idOf(document.activeElement?.closest('li, [role=row]')?.querySelector('[id^="task-"]'));
    return shown.find(({ task_id }) => task_id === id);
  };
  const focus = (element: HTMLElement | undefined) => {
    element?.focus();
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  const go = (across: number, down: number) => {
    const all = places().filter((column) => column.length > 0);
    const id = current()?.task_id;
    const column = all.findIndex((cards) => cards.some((card) => idOf(card) === id));
    if (column < 0) return focus(all[0]?.[0]);
    const row = all[column]!.findIndex((card) => idOf(card) === id);
    const next = all[Math.min(all.length - 1, Math.max(0, column + across))]!;
    focus(next[Math.min(next.length - 1, Math.max(0, row + down))]);
  };
  const carry = (by: 1 | -1) => {
    const task = current();
    const column = task && columns[columns.findIndex((one) => one === task.status) + by];
    if (column) acting.move(task, column);
  };
  const withTask = (act: (task: AgentTask) => void) => () => {
    const task = current();
    if (task) act(task);
  };
  useKeys({
    j: () => go(0, 1),
    k: () => go(0, -1),
    ArrowDown: () => go(0, 1),
    ArrowUp: () => go(0, -1),
    ...(isList ? {} : { h: () => go(-1, 0), l: () => go(1, 0), ArrowLeft: () => go(-1, 0), ArrowRight: () => go(1, 0) }),
    ...(close ? { Escape: close } : {}),
    ...(mayAct
      ? {
          n: add,
          m: withTask(({ task_id }) => acting.setMenu(task_id)),
          a: withTask((task) => acting.move(task, 'assigned')),
          e: withTask((task) => acting.move(task, 'completed')),
          'Shift+H': () => carry(-1),
          'Shift+L': () => carry(1),
        }
      : {}),
  });
}
