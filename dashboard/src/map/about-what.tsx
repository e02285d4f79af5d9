import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { useLive } from '../live/live.ts';
import type { ThreadSummary } from '../live/types.ts';
import { useRecent } from '../live/use-recent.ts';
import { Ago } from '../parts/ago.tsx';
import { Bars } from '../parts/bars.tsx';
import { firstLine } from '../parts/text/parse.ts';

const most = 8;

/** The newest threads that somebody takes part in, the newest first. */
export function useThreadsOf(id: string): readonly ThreadSummary[] {
  const { parley, project } = useLive();
  const { data } = useQuery({
    queryKey: ['map-threads', project],
    queryFn: () => parley.rest.get('/threads', { query: { limit: 200 } as never }),
    refetchInterval: 15_000,
  });
  return useMemo(() => (data?.items ?? []).filter(({ participants }) => participants.includes(id)), [data, id]);
}

/** What somebody talks about: the threads, with their last hour. */
export function AboutWhat({ threads }: { threads: readonly ThreadSummary[] }) {
  const recent = useRecent();
  if (threads.length === 0) return null;
  return (
    <section aria-label="About what" className="p-4">
      <h3 className="mb-1.5 text-xs">About what</h3>
      <ul>
        {threads.slice(0, most).map(({ conversation_thread_id: id, title, last_at }) => {
          const bars = recent.barsOfThread(id);
          return (
            <li key={id}>
              <ProjectLink to={`threads/${id}`} className="flex min-h-8 items-center gap-3 rounded-sm hover:bg-muted coarse:min-h-11">
                <span className="said min-w-0 flex-1 truncate" dir="auto">
                  {firstLine(title ?? 'Without text', 120)}
                </span>
                {bars && <Bars bars={bars} width={40} height={12} />}
                <Ago time={last_at} className="min-w-11 shrink-0 text-right text-xs text-foreground-2" />
              </ProjectLink>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
