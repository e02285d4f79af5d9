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
import type { Left } from './left.ts';
import { columns, LogRow } from './log-row.tsx';
import { MissedBar } from './missed-bar.tsx';
import { noticeHeight, NoticeRow, useNotices } from './notices.tsx';
import { indexOfSeq } from './places.ts';
import { SelectionBar } from './selection-bar.tsx';
import { useMissed } from './use-missed.ts';
import { useRows } from './use-rows.ts';

const rowHeight = 32;
const cardHeight = 96;
/** Below this width, a row is a card of several lines. */
const cardBelow = 560;
/** So near to the top, the page before is read. */
const near = 40;
/** So far from the end, the list has been scrolled away from it. */
const away = 24;

interface Props {
  log: Log;
  selected: string | undefined;
  at: number | undefined;
  isFollowing: boolean;
  setFollowing: (isFollowing: boolean) => void;
  onOpen: (message: Message) => void;
  onClose: () => void;
  /** Where the person had left off, for a line above what is new. */
  left?: Left | undefined;
}

/** The log: time flows down, and the newest is at the end. While it follows, it stays at its end; otherwise no row moves by itself. */
export function LogGrid({ log, selected, at, isFollowing, setFollowing, onOpen, onClose, left }: Props) {
  const { messages, isComplete, isAtEnd, isLoaded, older, newer: readOn } = log;
  const { receipts } = useLive();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const isCard = width > 0 && width < cardBelow;
  const more = rowMore(useCell(density));
  /** The last message that was there when the list stopped following. */
  const [seen, setSeen] = useState<number>();
  const superseded = useMemo(() => new Set(messages.map(({ supersedes }) => supersedes).filter((id) => id !== null)), [messages]);
  const notices = useNotices(messages, log.gaps, left);
  const { missed, forget } = useMissed(log.store, messages);

  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => (isCard ? cardHeight : rowHeight + more) + (notices.get(messages[index]!.seq)?.length ?? 0) * noticeHeight,
    getItemKey: (index) => messages[index]!.seq,
    anchorTo: 'end',
    followOnAppend: isFollowing,
    overscan: 12,
    paddingEnd: 8,
  });
  const noticed = [...notices].map(([seq, { length }]) => `${seq}:${length}`).join();
  useEffect(() => {
    rows.measure();
    if (!isCard) return;
    // That forgot the heights of the cards on screen, which are not laid out anew. They are compared with the guesses, so these have to be there.
    rows.getTotalSize();
    box.current?.querySelectorAll<HTMLElement>('[data-index]').forEach(rows.measureElement);
  }, [rows, isCard, more, noticed]);

  const items = rows.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  const lastIndex = items.at(-1)?.index ?? 0;

  // Once, the list begins at its end, or at the place that was asked for.
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || messages.length === 0 || width === 0) return;
    isPlaced.current = true;
    const index = at === undefined ? messages.length : indexOfSeq(messages, at);
    if (index < messages.length) rows.scrollToIndex(index, { align: 'center' });
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

  const announced = useRef(0);
  useEffect(() => {
    const last = messages.at(-1)?.seq ?? 0;
    const added = announced.current > 0 && last > announced.current ? messages.length - indexOfSeq(messages, announced.current + 1) : 0;
    if (isPlaced.current && added > 0) announceMessages(added);
    announced.current = last;
  }, [messages]);

  const newer = seen === undefined ? 0 : messages.length - indexOfSeq(messages, seen + 1);

  // Whoever scrolls up, by whatever means, wants the list to stand still. What only grows or is laid out anew stays at its end.
  const top = useRef(0);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const isUp = scrollTop < top.current - 1;
    top.current = scrollTop;
    if (isUp && isFollowing && isPlaced.current && scrollHeight - clientHeight - scrollTop > away) setFollowing(false);
  };
  const close = () => {
    onClose();
    box.current?.focus();
  };
  const list = useRows({
    messages,
    opened: selected,
    start: () => lastIndex,
    page: () => Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / (isCard ? cardHeight : rowHeight + more)) - 1),
    show: (index) => rows.scrollToIndex(index, { align: 'auto' }),
    onOpen,
    onClose: close,
    onMove: (isToEnd) => {
      if (isToEnd && !isAtEnd) setFollowing(true);
      else if (!isToEnd) setFollowing(false);
    },
  });
  const { setActive } = list;
  const open = useCallback(
    (message: Message) => {
      setActive(message.seq);
      onOpen(message);
    },
    [setActive, onOpen],
  );
  useKeys({ f: () => setFollowing(!isFollowing) });
  const picked = useMemo(() => messages.filter(({ seq }) => list.picked.has(seq)), [messages, list.picked]);
  const toMissed = () => {
    if (!missed) return;
    setFollowing(false);
    setActive(messages[missed.index]!.seq);
    rows.scrollToIndex(missed.index, { align: 'start' });
    forget();
  };

  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 flex-col bg-card">
      {missed && <MissedBar count={missed.count} onGo={toMissed} onClose={forget} />}
      <div
        ref={box}
        role="grid"
        aria-label="Messages"
        aria-rowcount={isComplete ? messages.length + 1 : -1}
        aria-multiselectable="true"
        aria-activedescendant={list.active === undefined ? undefined : `row-${list.active}`}
        tabIndex={0}
        onScroll={onScroll}
        onWheel={({ deltaY }) => deltaY < 0 && isFollowing && setFollowing(false)}
        className="@container min-h-0 flex-1 overflow-y-auto overflow-x-hidden [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <ColumnHeads isHidden={isCard} />
        {!isLoaded && <Skeleton rows={14} />}
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map((item) => {
            const message = messages[item.index]!;
            const isActive = message.message_id === selected || (!selected && message.seq === list.active);
            return (
              <div
                key={item.key}
                role="presentation"
                data-index={item.index}
                ref={isCard ? rows.measureElement : undefined}
                className="absolute inset-x-0"
                style={{ top: item.start }}
              >
                {notices.get(message.seq)?.map((notice) => (
                  <NoticeRow key={notice.kind + (notice.kind === 'storm' ? notice.storm.storm_id : '')} notice={notice} />
                ))}
                <LogRow
                  message={message}
                  above={messages[item.index - 1]?.timestamp}
                  isSelected={isActive}
                  isPicked={list.picked.has(message.seq)}
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
      <SelectionBar messages={picked} onClear={list.clear} />
      {(newer > 0 || (isLoaded && !isAtEnd)) && (
        <button
          type="button"
          onClick={() => setFollowing(true)}
          title={isAtEnd ? 'To the end, and follow (F)' : 'To the end'}
          className="absolute bottom-4 left-1/2 flex h-8 -translate-x-1/2 animate-appear items-center gap-2 rounded-full bg-primary px-4 font-medium text-primary-foreground shadow-float coarse:h-11"
        >
          <ArrowDown {...icon} />
          {isAtEnd ? `${number(newer)} newer` : 'To the end'}
        </button>
      )}
    </div>
  );
}

function ColumnHeads({ isHidden }: { isHidden: boolean }) {
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={clsx(
        isHidden ? 'sr-only' : clsx(columns, 'sticky top-0 z-10 h-8 items-center border-b bg-card text-xs text-foreground-2'),
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
  );
}
