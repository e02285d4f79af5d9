import { useMemo } from 'react';
import clsx from 'clsx';
import { ProjectLink } from '../app/link.tsx';
import type { Row } from '../fleet/use-fleet.ts';
import { Ago } from '../parts/ago.tsx';
import { personOf } from '../parts/people.ts';
import { StateDot, states, StateSign } from '../parts/signs.tsx';
import { rankOf } from '../parts/state.ts';
import { Tile } from '../parts/tile.tsx';

/** Up to so many, everyone has a tile with a name. */
const named = 24;

/** The fleet, those in trouble first. */
export function FleetStrip({ fleet }: { fleet: readonly Row[] }) {
  const sorted = useMemo(
    () => [...fleet].sort((a, b) => rankOf(a.state.name) - rankOf(b.state.name) || a.agent.name.localeCompare(b.agent.name)),
    [fleet],
  );
  if (sorted.length > named) return <Squares rows={sorted} />;
  return (
    <ul
      aria-label="Fleet"
      className="relative flex gap-2 max-md:-mx-4 max-md:overflow-x-auto max-md:px-4 md:grid md:[grid-template-columns:repeat(auto-fill,minmax(8.75rem,1fr))]"
    >
      {sorted.map(({ agent, state }) => (
        <li key={agent.agent_id} className="max-md:w-36 max-md:shrink-0">
          <ProjectLink
            to={`fleet/${encodeURIComponent(agent.agent_id)}`}
            className="flex h-[43px] items-center gap-2.5 rounded-lg border bg-card px-2 hover:border-border-strong coarse:h-11"
          >
            <span className="relative flex">
              <Tile person={personOf(agent, agent.agent_id)} size={28} />
              <StateDot name={state.name} />
            </span>
            <span className="min-w-0">
              <span className="said block truncate text-xs font-medium">{agent.name}</span>
              <span className="block truncate text-2xs text-foreground-2">
                <StateSign name={state.name} withoutIcon /> <Ago time={state.since} />
              </span>
            </span>
          </ProjectLink>
        </li>
      ))}
    </ul>
  );
}

const troubled = new Set(['asks', 'held', 'error', 'stalled']);
const squares: Record<string, string> = {
  working: 'bg-busy-line',
  asks: 'bg-person-solid',
  held: 'bg-bad-solid',
  error: 'bg-bad-solid',
  stalled: 'bg-bad-solid',
  offline: 'border border-dashed border-border-strong',
  paused: 'border border-dashed border-border-strong',
};

/** Many agents: a square each; those in trouble keep their names. */
function Squares({ rows }: { rows: readonly Row[] }) {
  return (
    <div>
      <ul aria-label="Fleet" className="flex flex-wrap gap-1">
        {rows.map(({ agent, state }) =>
          troubled.has(state.name) ? (
            <li key={agent.agent_id}>
              <ProjectLink
                to={`fleet/${encodeURIComponent(agent.agent_id)}`}
                className="flex h-6 items-center gap-1.5 rounded-sm border bg-card px-1.5 text-xs"
              >
                <span className={clsx('size-[13px] rounded-sm', squares[state.name])} />
                <span className="said">{agent.name}</span>
                <StateSign name={state.name} withoutIcon />
              </ProjectLink>
            </li>
          ) : (
            <li key={agent.agent_id} className="flex items-center">
              <ProjectLink
                to={`fleet/${encodeURIComponent(agent.agent_id)}`}
                aria-label={`${agent.name}, ${states[state.name].word}`}
                title={`${agent.name}, ${states[state.name].word}`}
                className={clsx('block size-[13px] rounded-sm coarse:size-6', squares[state.name] ?? 'bg-border')}
              >
                {''}
              </ProjectLink>
            </li>
          ),
        )}
      </ul>
      <p className="mt-2 flex gap-4 text-xs text-foreground-2">
        <span className="flex items-center gap-1.5">
          <span className="size-[13px] rounded-sm bg-busy-line" /> working
        </span>
        <span className="flex items-center gap-1.5">
          <span className="size-[13px] rounded-sm bg-border" /> idle
        </span>
        <span className="flex items-center gap-1.5">
          <span className="size-[13px] rounded-sm border border-dashed border-border-strong" /> away
        </span>
      </p>
    </div>
  );
}
