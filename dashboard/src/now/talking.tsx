import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import type { Recent } from '../live/use-recent.ts';
import { ThreadRow } from '../threads/thread-row.tsx';
import { SectionHead } from './now-page.tsx';

const shown = 7;

/** The threads that were active last. */
export function Talking({ recent }: { recent: Recent }) {
  const { parley, project } = useLive();
  const { data } = useQuery({
    queryKey: ['threads-now', project],
    queryFn: () => parley.rest.get('/threads', { query: { limit: 40 } as never }),
    refetchInterval: 5000,
  });
  // Those where somebody answers come before what was only announced.
  const threads = useMemo(
    () => [...(data?.items ?? [])].sort((a, b) => Number(b.messages > 1) - Number(a.messages > 1)).slice(0, shown),
    [data],
  );
  if (threads.length === 0) return null;
  return (
    <section aria-label="Talking now">
      <SectionHead name="Talking now" aside="all threads" to="threads" />
      <ul className="-mx-2.5">
        {threads.map((thread) => (
          <ThreadRow key={thread.conversation_thread_id} thread={thread} isCurrent={false} recent={recent} />
        ))}
      </ul>
    </section>
  );
}
