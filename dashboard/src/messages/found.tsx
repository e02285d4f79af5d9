import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import type { Message } from '../live/types.ts';
import { number } from '../parts/times.ts';
import { useIsNarrow } from '../parts/width.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { accepts, serverFilter, type Filter } from './filter.ts';
import { LogRow } from './log-row.tsx';
import { NoMatch } from './no-match.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { useRows } from './use-rows.ts';
import { wordsOf } from './words.ts';

const pageSize = 100;

interface Props {
  filter: Filter;
  selected: string | undefined;
  onOpen: (message: Message) => void;
  onClose: () => void;
}

/** What a search found: a list of its own, the newest first, with the words marked. */
export function Found({ filter, selected, onOpen, onClose }: Props) {
  const { parley, project, receipts } = useLive();
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['found', project, filter],
    queryFn: ({ pageParam, signal }) =>
      parley.rest.get('/messages', {
        query: { ...serverFilter(filter, now()), q: filter.q, limit: pageSize, ...(pageParam ? { after: pageParam } : {}) } as object,
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page: { next: string | null }) => page.next,
  });
  const isNarrow = useIsNarrow();
  const words = useMemo(() => wordsOf(filter.q), [filter.q]);
  const items = useMemo(() => data?.pages.flatMap((page) => page.items).filter(accepts(filter)) ?? [], [data, filter]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => receipts.show(items.slice(0, pageSize)), [receipts, items]);
  const close = () => {
    onClose();
    box.current?.focus();
  };
  const list = useRows({
    messages: items,
    opened: selected,
    isNewestFirst: true,
    start: () => 0,
    page: () => 20,
    show: (index) => box.current?.querySelector(`#found-${items[index]!.seq}`)?.scrollIntoView({ block: 'nearest' }),
    onOpen,
    onClose: close,
  });
  const { setActive } = list;
  const open = useCallback(
    (message: Message) => {
      setActive(message.seq);
      onOpen(message);
    },
    [setActive, onOpen],
  );
  if (error) return <Problem error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Skeleton rows={10} />;
  if (items.length === 0 && !hasNextPage) return <NoMatch filter={filter} />;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col bg-card">
      <p role="status" className="border-b px-4 py-1.5 text-xs text-foreground-2">
        {hasNextPage ? `The newest ${number(items.length)}` : number(items.length)} found, newest first
      </p>
      <div
        ref={box}
        role="grid"
        tabIndex={0}
        aria-label="Found messages"
        aria-rowcount={hasNextPage ? -1 : items.length}
        aria-multiselectable="true"
        aria-activedescendant={list.active === undefined ? undefined : `found-${list.active}`}
        className="@container min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
      >
        {items.map((message, index) => (
          <LogRow
            key={message.message_id}
            message={message}
            above={undefined}
            isSelected={message.message_id === selected || (!selected && message.seq === list.active)}
            isPicked={list.picked.has(message.seq)}
            isCard={isNarrow}
            isSuperseded={false}
            onOpen={open}
            id={`found-${message.seq}`}
            index={index}
            words={words}
          />
        ))}
      </div>
      {hasNextPage && (
        <Button look="ghost" className="m-1.5" isWaiting={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show older ones
        </Button>
      )}
      <SelectionBar messages={items.filter(({ seq }) => list.picked.has(seq))} onClear={list.clear} />
    </div>
  );
}
