import { useMemo } from 'react';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { now } from '../live/clock.ts';
import { useNames } from '../parts/people.ts';
import { clock, day } from '../parts/times.ts';
import { MomentButtons } from './moment-bar.tsx';
import { RangeChoice, rangeOf } from './range.tsx';
import { Replay } from './replay.tsx';
import type { Part } from './use-recording.ts';

/** What was said in a range of time, in a thread, or by an agent, played again. */
export default function ReplayPage() {
  const [query] = useAddressQuery();
  const { from, until, thread, agent } = query;
  const names = useNames();
  const part = useMemo((): Part => {
    const range = rangeOf({ from, until }, now());
    // A thread is played from its beginning.
    return { thread, agent, ...range, from: thread && !from ? undefined : range.from };
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
          {!thread && <RangeChoice />}
          <MomentButtons player={player} />
        </PageHead>
      )}
    />
  );
}
