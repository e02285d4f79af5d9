import { useInfiniteQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import clsx from 'clsx';
import { MessageSquarePlus, MessagesSquare } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { composing } from '../app/frame-keys.tsx';
import { useKeys } from '../app/keys.ts';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery, useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { queries, useMayAct } from '../live/session.ts';
import { useRecent } from '../live/use-recent.ts';
import { SearchField } from '../messages/filter-bar.tsx';
import { useNames } from '../parts/people.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AnswerBar } from '../questions/answer-bar.tsx';
import { Reader } from './reader.tsx';
import { ThreadRow } from './thread-row.tsx';

function useThreads() {
  const live = useLive();
  const key = ['threads', live.project];
  useEffect(() => {
    const stop = new AbortController();
    live.watch({ messages: null }, () => void queries.invalidateQueries({ queryKey: ['threads', live.project] }), stop.signal);
    return () => stop.abort();
  }, [live]);
  return useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      live.parley.rest.get('/threads', { query: { limit: 100, ...(pageParam ? { after: pageParam } : {}) } as never, signal }),
    initialPageParam: '',
    getNextPageParam: (page: { next: string | null }) => page.next,
  });
}

/** Conversations: the list, the reader, and what the thread is about. */
export default function ThreadsPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  const [query, change] = useAddressQuery();
  const go = useGo();
  const { data, error, refetch, hasNextPage, fetchNextPage, isPending } = useThreads();
  const names = useNames();
  const recent = useRecent();
  const all = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const wanted = (query['q'] ?? '').toLowerCase();
  const threads = useMemo(
    () =>
      wanted === ''
        ? all
        : all.filter(({ title, participants }) => [title ?? '', ...participants.map(names)].join(' ').toLowerCase().includes(wanted)),
    [all, wanted, names],
  );
  const mayAct = useMayAct();
  const current = threads.findIndex((thread) => thread.conversation_thread_id === id);
  const move = (by: number) => {
    const next = threads[Math.min(threads.length - 1, Math.max(0, current + by))];
    if (next) go(`threads/${next.conversation_thread_id}`, { ...query, at: undefined });
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  // On a wide window, the reader is never empty.
  useEffect(() => {
    if (!id && threads[0] && window.innerWidth >= 1024) go(`threads/${threads[0].conversation_thread_id}`, query);
  }, [id, threads, go, query]);

  return (
    <div className="flex min-h-0 flex-1">
      <section
        aria-label="Threads"
        className={clsx('min-h-0 flex-col border-r bg-background lg:flex lg:w-[297px] lg:shrink-0', id ? 'hidden' : 'flex w-full')}
      >
        <PageHead name="Threads" count={data && `${threads.length}${hasNextPage ? '+' : ''}`} className="bg-background!">
          {mayAct && (
            <IconButton label="New message (C)" onClick={() => composing.set('')} className="-mr-2">
              <MessageSquarePlus {...icon} />
            </IconButton>
          )}
        </PageHead>
        <div className="px-2 pt-2">
          <SearchField
            value={query['q'] ?? ''}
            label="Title or participant"
            onChange={(text) => change({ q: text || undefined }, true)}
            className="w-full"
          />
        </div>
        <nav aria-label="All threads" className="min-h-0 flex-1 overflow-y-auto p-1.5">
          {error && <Problem error={error} onRetry={() => void refetch()} />}
          {isPending && <Skeleton />}
          {data && threads.length === 0 && (
            <Empty icon={<MessagesSquare {...icon} size={24} />} title={wanted ? 'No thread matches' : 'Nobody has spoken yet'}>
              {!wanted && <Command>parley demo squad</Command>}
            </Empty>
          )}
          <ul>
            {threads.map((thread) => (
              <ThreadRow
                key={thread.conversation_thread_id}
                thread={thread}
                recent={recent}
                isCurrent={thread.conversation_thread_id === id}
              />
            ))}
          </ul>
          {hasNextPage && (
            <Button look="ghost" className="w-full" onClick={() => void fetchNextPage()}>
              Show more
            </Button>
          )}
        </nav>
      </section>
      {id && <Reader key={id} id={id} at={query['at']} />}
      <AnswerBar />
    </div>
  );
}
