import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, Film, Info } from 'lucide-react';
import { lazy, Suspense, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { PageHead } from '../app/page.tsx';
import { useLive } from '../live/live.ts';
import { useMayAct, useMe } from '../live/session.ts';
import { useLog } from '../live/use-log.ts';
import { Composer } from '../compose/composer.tsx';
import { StormCard } from '../storms/storm-card.tsx';
import { useOpenStorms } from '../parts/attention.ts';
import { CopyThreadLink } from './copy-link.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { plural, span } from '../parts/times.ts';
import { IconButton } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { About } from './about.tsx';
import { Entry } from './entry.tsx';

const AboutDialog = lazy(() => import('./about-dialog.tsx'));
const guess = 84;

/** A conversation from its beginning to now, and a place to take part in it. */
export function Reader({ id, at }: { id: string; at: string | undefined }) {
  const { parley, project, receipts } = useLive();
  const me = useMe();
  const mayAct = useMayAct();
  const head = useQuery({
    queryKey: ['thread-head', project, id],
    queryFn: () => parley.rest.get('/threads/{thread_id}', { path: { thread_id: id }, query: { limit: 1 } as never }),
    refetchInterval: 15_000,
  });
  const storms = useOpenStorms().filter(({ thread_id }) => thread_id === id);
  const filter = useMemo(() => ({ thread: id }), [id]);
  const log = useLog({ filter });
  const { messages, isLoaded, isComplete, older } = log;
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const [isAbout, setAbout] = useState(false);

  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: messages.length,
    getScrollElement: () => box.current,
    estimateSize: () => guess,
    getItemKey: (index) => messages[index]!.seq,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: 24,
    overscan: 6,
    paddingStart: 12,
    paddingEnd: 16,
    onChange: (list) => setAtEnd(list.isAtEnd(60)),
  });
  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || messages.length === 0) return;
    isPlaced.current = true;
    const place = at ? messages.findIndex(({ seq }) => seq === Number(at)) : -1;
    if (place >= 0) rows.scrollToIndex(place, { align: 'center' });
    else rows.scrollToEnd();
  }, [messages, at, rows]);

  const items = rows.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (isLoaded && !isComplete && first < 20) older();
  }, [first, isLoaded, isComplete, older, messages.length]);
  useEffect(() => {
    const timer = setTimeout(() => receipts.show(messages.slice(first, last + 1)), 120);
    return () => clearTimeout(timer);
  }, [receipts, messages, first, last]);

  // One answers the last who spoke and is not oneself.
  const self = me.agent_id ?? 'human';
  const lastOther = [...messages].reverse().find(({ sender_id }) => sender_id !== self && sender_id !== 'parley');
  const title = head.data?.title ? firstLine(head.data.title, 160) : 'Thread';
  const lasts = head.data && span(Date.parse(head.data.last_at) - Date.parse(head.data.started_at));

  return (
    <>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-card">
        <PageHead
          name={title}
          count={head.data && plural(head.data.messages, 'message') + (head.data.messages > 1 ? `, ${lasts}` : '')}
          back="threads"
        >
          <ProjectLink
            to="replay"
            query={{ thread: id }}
            title="Play it again"
            className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2 font-medium text-foreground-2 hover:bg-secondary hover:text-foreground"
          >
            <Film {...icon} />
            <span className="max-sm:sr-only">Play again</span>
          </ProjectLink>
          <CopyThreadLink />
          <IconButton label="About this thread" onClick={() => setAbout(true)} className="xl:hidden">
            <Info {...icon} />
          </IconButton>
        </PageHead>
        <main id="main" className="relative flex min-h-0 flex-1 flex-col">
          {log.error !== undefined && messages.length === 0 && <Problem error={log.error} onRetry={older} />}
          {!isLoaded && <Skeleton />}
          <div
            ref={box}
            role="log"
            aria-label={title}
            tabIndex={0}
            className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
          >
            <div className="relative mx-auto max-w-[780px]" style={{ height: rows.getTotalSize() }}>
              {items.map((item) => (
                <div
                  key={item.key}
                  data-index={item.index}
                  ref={rows.measureElement}
                  className="absolute inset-x-0"
                  style={{ top: item.start }}
                >
                  <Entry
                    message={messages[item.index]!}
                    before={messages[item.index - 1]}
                    quoted={quoted(messages, item.index)}
                    isMarked={at !== undefined && messages[item.index]!.seq === Number(at)}
                  />
                </div>
              ))}
            </div>
          </div>
          {!isAtEnd && (
            <button
              type="button"
              onClick={() => rows.scrollToEnd()}
              aria-label="To the newest message"
              className="absolute bottom-36 left-1/2 flex size-8 -translate-x-1/2 items-center justify-center rounded-full bg-primary text-primary-foreground shadow-float coarse:size-11"
            >
              <ArrowDown {...icon} />
            </button>
          )}
          {storms.length > 0 && (
            <div className="max-h-[55%] shrink-0 overflow-y-auto border-t px-4 py-3">
              <div className="mx-auto max-w-[748px] space-y-2">
                {storms.map((storm) => (
                  <StormCard key={storm.storm_id} storm={storm} />
                ))}
              </div>
            </div>
          )}
          {mayAct && isLoaded && (
            <div className="border-t px-4 py-3">
              <div className="mx-auto max-w-[748px]">
                <Composer
                  draft={`thread:${id}`}
                  thread={id}
                  to={lastOther ? [lastOther.sender_id] : []}
                  onSent={() => rows.scrollToEnd()}
                />
              </div>
            </div>
          )}
        </main>
      </div>
      <About id={id} messages={messages} head={head.data} />
      <Suspense>{isAbout && <AboutDialog id={id} messages={messages} head={head.data} onClose={() => setAbout(false)} />}</Suspense>
    </>
  );
}

/** The message that this one answers, unless it stands right above. */
function quoted(messages: readonly { message_id: string; reply_to: string | null }[], index: number) {
  const reply = messages[index]!.reply_to;
  if (!reply) return undefined;
  for (let above = index - 1; above >= 0; above--) if (messages[above]!.message_id === reply) return messages[above] as never;
  return undefined;
}
