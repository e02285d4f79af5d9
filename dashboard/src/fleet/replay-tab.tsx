import { useMemo, type ReactNode } from 'react';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { now } from '../live/clock.ts';
import type { Agent } from '../live/types.ts';
import { MomentButtons } from '../replay/moment-bar.tsx';
import { RangeChoice, rangeOf } from '../replay/range.tsx';
import { Replay } from '../replay/replay.tsx';

/** What an agent said, heard, and did, played again. */
export default function ReplayTab({ agent, views }: { agent: Agent; views: ReactNode }) {
  const [{ from, until }] = useAddressQuery();
  const part = useMemo(() => ({ agent: agent.agent_id, ...rangeOf({ from, until }, now()) }), [agent.agent_id, from, until]);
  return (
    <Replay
      key={JSON.stringify(part)}
      part={part}
      endedAt={part.until ?? null}
      head={(player) => (
        <PageHead name={agent.name} back="fleet" views={views}>
          <RangeChoice />
          <MomentButtons player={player} />
        </PageHead>
      )}
    />
  );
}
