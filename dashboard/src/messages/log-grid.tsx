import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { announceMessages } from '../app/announce.tsx';
import { useKeys } from '../app/keys.ts';
import { density, rowMore } from '../app/density.ts';
import { useLive } from '../live/live.ts';
import { useCell } from '../live/store.ts';
import type { Message } from '../live/types.ts';
import type { Log } from '../live/use-log.ts';
import { number } from '../parts/times.ts';
import { useWidth } from '../parts/width.ts';
import { icon } from '../ui/icon.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { columns, LogRow } from './log-row.tsx';

const rowHeight = 32;
const cardHeight = 96;
/** Below this width, a row is a card of several lines. */
const cardBelow = 560;
/** So near to the top, the page before is read. */
const near = 40;

interface Props {
  log: Log;
  selected: string | undefined;
  at: number | undefined;
  isFollowing: boolean;
  setFollowing: (isFollowing: boolean) => void;
  onOpen: (message: Message) => void;
  onClose: () => void;
}

/** The log: time flows down, and the newest is at the end. While it follows, it stays at its end; otherwise no row moves by itself. */
export function LogGrid({ log, selected, at, isFollowing, setFollowing, onOpen, onClose }: Props) {
  const { messages, isComplete, isAtEnd, isLoaded, older, newer: readOn } = log;
  const { receipts } = useLive();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const isCard = width > 0 && width < cardBelow;
  const more = rowMore(useCell(density));
  const [active, setActive] = useState<number>();
  /** The last message that was there when the list stopped following. */
  const [seen, setSeen] = useState<number>();
  const superseded = useMemo(() => new Set(messages.map(({ supersedes }) => supersedes).filter((id) => id !== null)), [messages]);

  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => box.current,
    estimateSize: () => (isCard ? cardHeight : rowHeight + more),
    getItemKey: (index) => messages[index]!.seq,
    anchorTo: 'end',
    followOnAppend: isFollowing,
    overscan: 12,
    paddingEnd: 8,
  });
  useEffect(() => rows.measure(), [rows, isCard, more]);

  const items = rows.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  const lastIndex = items.at(-1)?.index ?? 0;

  // Once, the list begins at its end, or at the place that was asked for.
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || messages.length === 0 || width === 0) return;
    isPlaced.current = true;
    const index = at === undefined ? -1 : messages.findIndex(({ seq }) => seq >= at);
    if (index >= 0) rows.scrollToIndex(index, { align: 'center' });
    else rows.scrollToEnd();
  }, [messages, width, at, rows]);

  useLayoutEffect(() => {
    if (isFollowing && isPlaced.current) rows.scrollToEnd();
  }, [isFollowing, messages, rows]);

  useEffect(() => {
    if (isFollowing) setSeen(undefined);
    else setSeen((old) => old ?? log.store.last);
  }, [isFollowing, log.store]);

  useEffect(() => {
    if (isLoaded && !isComplete && firstIndex < near) older();
  }, [firstIndex, isLoaded, isComplete, older, messages.length]);

  useEffect(() => {
    if (isLoaded && !isAtEnd && lastIndex > messages.length - near) readOn();
  }, [lastIndex, isLoaded, isAtEnd, readOn, messages.length]);

  // The states of what is on screen are read when the list has stood still for a moment.
  useEffect(() => {
    const timer = setTimeout(() => receipts.show(messages.slice(firstIndex, lastIndex + 1)), 120);
    return () => clearTimeout(timer);
  }, [receipts, messages, firstIndex, lastIndex]);

  const count = useRef(messages.length);
  useEffect(() => {
    const last = messages.at(-1)?.seq ?? 0;
    const added = last > count.current ? messages.filter(({ seq }) => seq > count.current).length : 0;
    if (isPlaced.current && added > 0 && count.current > 0) announceMessages(added);
    count.current = last;
  }, [messages]);

  const newer = useMemo(() => {
    if (seen === undefined) return 0;
    let index = messages.length;
    while (index > 0 && messages[index - 1]!.seq > seen) index--;
    return messages.length - index;
  }, [messages, seen]);

  const onWheel = useCallback((up: boolean) => up && isFollowing && setFollowing(false), [isFollowing, setFollowing]);
  const open = useCallback(
    (message: Message) => {
      setActive(message.seq);
      onOpen(message);
    },
    [onOpen],
  );

  const activeSeq = active ?? messages.find(({ message_id }) => message_id === selected)?.seq;
  const move = (by: number | 'first' | 'last') => {
    if (messages.length === 0) return;
    const current = messages.findIndex(({ seq }) => seq === activeSeq);
    const next =
      by === 'first'
        ? 0
        : by === 'last'
          ? messages.length - 1
          : Math.min(messages.length - 1, Math.max(0, current < 0 ? lastIndex : current + by));
    const message = messages[next]!;
    setActive(message.seq);
    if (by !== 'last') setFollowing(false);
    rows.scrollToIndex(next, { align: 'auto' });
    if (selected) onOpen(message);
  };
  const openActive = () => {
    const message = messages.find(({ seq }) => seq === activeSeq);
    if (message) onOpen(message);
  };
  useKeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    PageDown: () => move(Math.max(1, lastIndex - firstIndex - 24)),
    PageUp: () => move(-Math.max(1, lastIndex - firstIndex - 24)),
    Home: () => move('first'),
    End: () => (isAtEnd ? move('last') : setFollowing(true)),
    Enter: openActive,
    Space: openActive,
    f: () => setFollowing(!isFollowing),
    ...(selected
      ? {
          Escape: () => {
            onClose();
            box.current?.focus();
          },
        }
      : {}),
  });

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-card">
      <div
        ref={box}
        role="grid"
        aria-label="Messages"
        aria-rowcount={isComplete ? messages.length + 1 : -1}
        aria-activedescendant={activeSeq === undefined ? undefined : `row-${activeSeq}`}
        tabIndex={0}
        onWheel={({ deltaY }) => onWheel(deltaY < 0)}
        onTouchMove={() => onWheel(!rows.isAtEnd(4))}
        className="@container min-h-0 flex-1 overflow-y-auto overflow-x-hidden [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div
          role="row"
          aria-rowindex={1}
          className={clsx(
            isCard ? 'sr-only' : clsx(columns, 'sticky top-0 z-10 h-8 items-center border-b bg-card text-xs text-foreground-2'),
          )}
        >
          <span role="columnheader">Time</span>
          <span role="columnheader">From, to</span>
          <span role="columnheader" className="@max-[720px]:text-transparent">
            Type
          </span>
          <span role="columnheader">Said</span>
          <span role="columnheader" className="text-right">
            Delivery
          </span>
        </div>
        {!isLoaded && <Skeleton rows={14} />}
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map((item) => {
            const message = messages[item.index]!;
            return (
              <div
                key={item.key}
                role="presentation"
                data-index={item.index}
                ref={isCard ? rows.measureElement : undefined}
                className="absolute inset-x-0"
                style={{ top: item.start }}
              >
                {log.gaps.includes(message.seq) && <Gap />}
                <LogRow
                  message={message}
                  above={messages[item.index - 1]?.timestamp}
                  isSelected={message.message_id === selected || (!selected && message.seq === active)}
                  isCard={isCard}
                  isSuperseded={superseded.has(message.message_id)}
                  onOpen={open}
                  id={`row-${message.seq}`}
                  index={item.index}
                />
              </div>
            );
          })}
        </div>
      </div>
      {(newer > 0 || (isLoaded && !isAtEnd)) && (
        <button
          type="button"
          onClick={() => setFollowing(true)}
          className="absolute bottom-4 left-1/2 flex h-8 -translate-x-1/2 animate-appear items-center gap-2 rounded-full bg-primary px-4 font-medium text-primary-foreground shadow-float coarse:h-11"
        >
          <ArrowDown {...icon} />
          {isAtEnd ? `${number(newer)} newer` : 'To the end'}
        </button>
      )}
    </div>
  );
}

function Gap() {
  return <p className="px-4 text-xs text-foreground-3">Entries before this are no longer kept.</p>;
}
