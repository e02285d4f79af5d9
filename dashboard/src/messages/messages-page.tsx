import { ArrowDownToLine } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { ComposeButton, PageHead } from '../app/page.tsx';
import { useGo, useAddressQuery } from '../app/query.ts';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import type { Message } from '../live/types.ts';
import { useLog } from '../live/use-log.ts';
import { useStats } from '../live/use-stats.ts';
import { number } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Empty, Command } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { accepts, filterOf, serverFilter, type Filter } from './filter.ts';
import { FilterBar } from './filter-bar.tsx';
import { Found } from './found.tsx';
import { useLeft } from './left.ts';
import { LogGrid } from './log-grid.tsx';
import { MessagePeek } from './message-peek.tsx';
import { NoMatch } from './no-match.tsx';
import { ViewMenu } from './view-menu.tsx';
import { isFiltered } from './views.ts';

/** Below this width of the window, a message is a page of its own rather than beside the list. */
export const besideFrom = 1024;

export default function MessagesPage() {
  const [query, change] = useAddressQuery();
  const go = useGo();
  const selected = query['m'];
  const key = JSON.stringify(filterOf(query));
  const filter = useMemo(() => JSON.parse(key) as Filter, [key]);
  const open = useCallback(
    ({ message_id }: Message) => (window.innerWidth < besideFrom ? go(`messages/${message_id}`) : change({ m: message_id })),
    [change, go],
  );
  const close = useCallback(() => change({ m: undefined }), [change]);
  const { data: stats } = useStats();
  const hasFilter = isFiltered(filter);
  const [isFollowing, setFollows] = useState(query['at'] === undefined && !selected);
  // Whoever follows has left the place that the address names.
  const isPlaced = query['at'] !== undefined;
  const setFollowing = useCallback(
    (isOn: boolean) => {
      setFollows(isOn);
      if (isOn && isPlaced) change({ at: undefined });
    },
    [change, isPlaced],
  );
  const rate = stats?.messages.per_second ?? 0;

  return (
    <>
      <PageHead name="Messages" count={!hasFilter && stats ? number(stats.messages.sent ?? 0) : undefined}>
        {!isFollowing && !filter.q && rate >= 0.05 && (
          <span className="text-xs text-foreground-2 max-lg:hidden">
            {rate < 1 ? `${Math.max(1, Math.round(rate * 60))} a minute come in` : `${number(Math.round(rate))} a second come in`}; the list
            stands still
          </span>
        )}
        <ComposeButton />
      </PageHead>
      <FilterBar filter={filter} onChange={change}>
        <ViewMenu filter={filter} />
        {!filter.q && (
          <Button
            icon={<ArrowDownToLine {...icon} />}
            keys="F"
            aria-pressed={isFollowing}
            onClick={() => setFollowing(!isFollowing)}
            className={isFollowing ? 'border-accent-line! bg-accent-soft! text-accent' : ''}
          >
            <span className="max-sm:sr-only">{isFollowing ? 'Following' : 'Follow'}</span>
          </Button>
        )}
      </FilterBar>
      <div className="flex min-h-0 flex-1">
        <main id="main" className="flex min-h-0 min-w-0 flex-1 flex-col">
          {filter.q ? (
            <Found filter={filter} selected={selected} onOpen={open} onClose={close} />
          ) : (
            <LiveLog
              key={query['at'] ?? 'end'}
              filter={filter}
              selected={selected}
              at={query['at']}
              onOpen={open}
              onClose={close}
              isFollowing={isFollowing}
              setFollowing={setFollowing}
            />
          )}
        </main>
        {selected && <MessagePeek id={selected} onClose={close} />}
      </div>
    </>
  );
}

interface LiveProps {
  filter: Filter;
  selected: string | undefined;
  at: string | undefined;
  onOpen: (message: Message) => void;
  onClose: () => void;
  isFollowing: boolean;
  setFollowing: (isFollowing: boolean) => void;
}

function LiveLog({ filter, selected, at, onOpen, onClose, isFollowing, setFollowing }: LiveProps) {
  const isAccepted = useMemo(() => accepts(filter), [filter]);
  const sent = useMemo(() => serverFilter(filter, now()), [filter]);
  const place = at && /^\d+$/.test(at) ? Number(at) : undefined;
  const log = useLog({ filter: sent, accepts: isAccepted, at: place });
  const { store } = log;
  const { project } = useLive();
  const left = useLeft(project, store, !isFiltered(filter) && log.isAtEnd);
  // A flood is painted ten times a second: sixty would leave no time for anything else.
  const { data: stats } = useStats();
  useEffect(() => {
    store.pace = isFollowing ? ((stats?.messages.per_second ?? 0) > 50 ? 100 : 0) : 250;
  }, [store, isFollowing, stats]);

  const openAndStop = useCallback(
    (message: Message) => {
      setFollowing(false);
      onOpen(message);
    },
    [onOpen, setFollowing],
  );
  if (log.error && log.messages.length === 0) return <Problem error={log.error} onRetry={log.older} />;
  if (log.isLoaded && log.isComplete && log.messages.length === 0)
    return isFiltered(filter) ? <NoMatch filter={filter} /> : <NobodySpoke />;
  return (
    <LogGrid
      log={log}
      selected={selected}
      at={place}
      isFollowing={isFollowing}
      setFollowing={setFollowing}
      onOpen={openAndStop}
      onClose={onClose}
      left={left}
    />
  );
}

function NobodySpoke() {
  return (
    <Empty icon={<ArrowDownToLine {...icon} size={24} />} title="No message yet">
      Send one, or let a small squad show you around. This page fills by itself.
      <Command>parley demo squad</Command>
    </Empty>
  );
}
