import { Tornado } from 'lucide-react';
import { useState } from 'react';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import type { Storm } from '../live/types.ts';
import { Ago } from '../parts/ago.tsx';
import { plural, span } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { icon } from '../ui/icon.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** Agents that answer each other without end: a person lets the held replies go on, or withdraws them. */
export function StormCard({ storm }: { storm: Storm }) {
  const { parley, receipts } = useLive();
  const mayAct = useMayAct();
  const [isWaiting, setWaiting] = useState(false);
  const { storm_id, replies, held, window_seconds, started_at } = storm;
  const decide = (asked: Promise<unknown>, done: string) => {
    setWaiting(true);
    asked
      .then(() => {
        receipts.forget();
        say(done);
      })
      .catch((error: unknown) => say({ text: detailOf(error), isBad: true }))
      .finally(() => setWaiting(false));
  };
  const path = { storm_id };
  return (
    <div className="rounded-lg border border-bad-line bg-bad-soft px-3 py-2.5">
      <p className="flex items-center gap-1.5 text-xs text-bad">
        <Tornado {...icon} size={14} />
        They answer each other in a loop
        <span className="flex-1" />
        <Ago time={started_at} />
      </p>
      <p className="mt-1">
        {plural(replies, 'reply', 'replies')} in {span(window_seconds * 1000)}. {plural(held, 'more is', 'more are')} held; nothing is lost.
      </p>
      {mayAct && (
        <p className="mt-2 flex flex-wrap gap-1.5">
          <Button
            isWaiting={isWaiting}
            onClick={() => decide(parley.rest.post('/storms/{storm_id}/release', { path, body: {} } as never), 'They go on')}
          >
            Let {held} go on
          </Button>
          <Button
            look="bad"
            isWaiting={isWaiting}
            onClick={() =>
              decide(parley.rest.post('/storms/{storm_id}/cancel', { path, body: {} } as never), 'The held replies are withdrawn')
            }
          >
            Cancel {held}
          </Button>
        </p>
      )}
    </div>
  );
}
