import { useParams } from '@tanstack/react-router';
import { PageHead } from '../app/page.tsx';
import { number } from '../parts/times.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CopyLink, MessageDetails, useTrace } from './message-peek.tsx';

/** A message as a page of its own. */
export default function MessagePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { data: trace, error, refetch } = useTrace(id);
  return (
    <>
      <PageHead name="Message" count={trace && `#${number(trace.message.seq)}`} back="messages">
        <CopyLink id={id} />
      </PageHead>
      <main id="main" className="min-h-0 flex-1 overflow-y-auto bg-card">
        <div className="mx-auto max-w-[780px]">
          {error ? (
            <Problem error={error} onRetry={() => void refetch()} />
          ) : trace ? (
            <MessageDetails key={id} trace={trace} />
          ) : (
            <Skeleton />
          )}
        </div>
      </main>
    </>
  );
}
