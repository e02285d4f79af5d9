import { useCallback, useMemo, useState } from 'react';
import { useKeys } from '../app/keys.ts';
import { useMayAct } from '../live/session.ts';
import type { Message } from '../live/types.ts';
import { copyLinks, wish } from './acting.ts';
import { indexOfSeq } from './places.ts';

interface Props {
  messages: readonly Message[];
  /** The message that is open beside the list. */
  opened: string | undefined;
  /** Whether the newest is first; otherwise it is last. */
  isNewestFirst?: boolean;
  /** Where the keys begin: the index of a row in sight. */
  start: () => number;
  /** How many rows a page has. */
  page: () => number;
  show: (index: number) => void;
  onOpen: (message: Message) => void;
  onClose: () => void;
  /** A key moves to a row; `isToEnd` if it is End. */
  onMove?: (isToEnd: boolean) => void;
}

export interface Rows {
  /** The seq of the row at which the keys are. */
  readonly active: number | undefined;
  /** Those that were selected, by seq. */
  readonly picked: ReadonlySet<number>;
  readonly setActive: (seq: number) => void;
  readonly clear: () => void;
}

const none: ReadonlySet<number> = new Set();

/** The keys of a list of messages: to move, open, select, answer, and copy. */
export function useRows({ messages, opened, isNewestFirst = false, start, page, show, onOpen, onClose, onMove }: Props): Rows {
  const mayAct = useMayAct();
  const [moved, setActive] = useState<number>();
  const [picked, setPicked] = useState(none);
  const [anchor, setAnchor] = useState<number>();
  const active = moved ?? messages.find(({ message_id }) => message_id === opened)?.seq;
  const clear = useCallback(() => setPicked(none), []);
  const indexOf = (seq: number): number => {
    const index = isNewestFirst ? messages.findIndex((message) => message.seq === seq) : indexOfSeq(messages, seq);
    return messages[index]?.seq === seq ? index : -1;
  };
  const current = () => (active === undefined ? -1 : indexOf(active));
  const move = (to: number, isToEnd = false) => {
    if (messages.length === 0) return;
    const index = Math.min(messages.length - 1, Math.max(0, to));
    const message = messages[index]!;
    setActive(message.seq);
    onMove?.(isToEnd);
    show(index);
    if (opened) onOpen(message);
  };
  const step = (by: number) => {
    const at = current();
    move(at < 0 ? start() : at + by);
  };
  const withActive = (act: (message: Message) => void) => () => {
    const at = current();
    const message = messages[at < 0 ? start() : at];
    if (!message) return;
    setActive(message.seq);
    act(message);
  };
  const pick = withActive(({ seq }) => {
    const next = new Set(picked);
    if (!next.delete(seq)) next.add(seq);
    setPicked(next);
    setAnchor(seq);
  });
  const pickRange = withActive(({ seq }) => {
    const from = indexOf(anchor ?? seq);
    const to = indexOf(seq);
    const range = messages.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1);
    setPicked(new Set([...picked, ...range.map((message) => message.seq)]));
  });
  const ask = (what: 'reply' | 'react') =>
    withActive((message) => {
      wish.set({ id: message.message_id, what });
      onOpen(message);
    });
  const escape = picked.size > 0 ? clear : opened ? onClose : undefined;
  useKeys({
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    PageDown: () => step(page()),
    PageUp: () => step(-page()),
    Home: () => move(0),
    End: () => move(messages.length - 1, true),
    Enter: withActive(onOpen),
    Space: withActive(onOpen),
    x: pick,
    'Shift+X': pickRange,
    y: withActive(({ message_id }) => copyLinks([message_id])),
    ...(mayAct ? { r: ask('reply'), '*': ask('react') } : {}),
    ...(escape ? { Escape: escape } : {}),
  });
  return useMemo(() => ({ active, picked, setActive, clear }), [active, picked, clear]);
}
