import { useMemo } from 'react';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { now } from '../live/clock.ts';
import { momentOf } from '../messages/filter.ts';
import { useNames } from '../parts/people.ts';
import { clock, day } from '../parts/times.ts';
import { Choose } from '../ui/menu.tsx';
import { MomentButtons } from './moment-bar.tsx';
import { Replay } from './replay.tsx';
import type { Part } from './use-recording.ts';

const hour = 3_600_000;
const midnight = (time: number) => new Date(time).setHours(0, 0, 0, 0);
const ranges: Record<string, { word: string; of: (now: number) => { from: number; until?: number } }> = {
  hour: { word: 'Last hour', of: (time) => ({ from: time - hour }) },
  day: { word: 'Last 24 hours', of: (time) => ({ from: time - 24 * hour }) },
  today: { word: 'Today', of: (time) => ({ from: midnight(time) }) },
  yesterday: { word: 'Yesterday', of: (time) => ({ from: midnight(midnight(time) - 1), until: midnight(time) }) },
};

/** What was said in a range of time, in a thread, or by an agent, played again. */
export default function ReplayPage() {
  const [query, change] = useAddressQuery();
  const { from, until, thread, agent } = query;
  const names = useNames();
  const part = useMemo((): Part => {
    const time = now();
    const begin = from ? momentOf(from, time) : undefined;
    const end = until ? momentOf(until, time) : undefined;
    return { thread, agent, from: begin ?? (thread ? undefined : time - hour), until: end !== undefined && end < time ? end : undefined };
  }, [from, until, thread, agent]);
  const what = thread ? 'a thread' : agent ? names(agent) : 'everybody';
  const range =
    part.from === undefined
      ? 'from its beginning'
      : `${day(part.from)}, ${clock(part.from)} – ${part.until === undefined ? 'now' : clock(part.until)}`;
  return (
    <Replay
      key={JSON.stringify(part)}
      part={part}
      endedAt={part.until ?? null}
      head={(player) => (
        <PageHead name="Replay" count={`${what}, ${range}`}>
          {!thread && (
            <Choose
              label="Range"
              value=""
              choices={Object.entries(ranges).map(([value, { word }]) => ({ value, label: word }))}
              onChange={(value) => {
                const { from, until } = ranges[value]!.of(now());
                const text = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
                change({ from: text(from), until: text(until), at: undefined });
              }}
              className="border border-border-strong"
            />
          )}
          <MomentButtons player={player} />
        </PageHead>
      )}
    />
  );
}
