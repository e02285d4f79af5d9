import { Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import { now, useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import { useCell } from '../live/store.ts';
import { clockSeconds, span } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';

const patience = 2000;

/** Over every page while nothing new can come: since when, and when the next try is. */
export function CutOff() {
  const live = useLive();
  const line = useCell(live.line);
  if (line.status === 'ended') return <Ended />;
  if (line.status !== 'cut') return null;
  return <Bar since={line.since} retryAt={line.retryAt} retry={() => live.parley.retryNow()} />;
}

function Bar({ since, retryAt, retry }: { since: number; retryAt: number | null; retry: () => void }) {
  const [isDue, setDue] = useState(() => now() - since > patience);
  useNow(true);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), Math.max(0, since + patience - now()));
    return () => clearTimeout(timer);
  }, [since]);
  if (!isDue) return null;
  return (
    <div
      role="status"
      className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-person-line bg-person-soft px-4 py-1.5 text-person"
    >
      <Unplug {...icon} />
      <span className="flex-1">
        <strong className="font-semibold">Not live.</strong> You see {clockSeconds(since)}; that is {span(now() - since)} ago.
      </span>
      <span className="text-foreground-2">
        {retryAt && retryAt > Date.now() ? `Next try in ${span(retryAt - Date.now() + 999)}` : 'Trying now'}
      </span>
      <Button size="small" onClick={retry}>
        Try now
      </Button>
    </div>
  );
}

function Ended() {
  return (
    <div role="alert" className="border-b border-person-line bg-person-soft px-4 py-3">
      <p className="font-semibold text-person">Your sign-in ended.</p>
      <p className="text-foreground-2">
        Run this for a new link, and open it in this browser. Then press Go on: the page is still as you left it.
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Command>parley dashboard</Command>
        <Button
          className="mt-2"
          onClick={() => {
            void queries.invalidateQueries();
            location.reload();
          }}
        >
          Go on
        </Button>
      </div>
    </div>
  );
}
