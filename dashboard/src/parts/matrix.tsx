import clsx from 'clsx';
import { useMemo } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { now } from '../live/clock.ts';
import type { PairCount } from '../live/types.ts';
import { useOpenStorms } from './attention.ts';
import { usePeople } from './pairs.ts';
import { reveal } from './text/parse.ts';
import { sinceOf, type SpanKey } from './spans.ts';
import { nobody } from './talks.ts';
import { Tile } from './tile.tsx';
import { number } from './times.ts';

interface Props {
  pairs: readonly PairCount[];
  span: SpanKey;
  /** The one whose row and column stand out. */
  selected?: string | undefined;
  /** Only messages of these types, as the query of messages names them. */
  type?: string | undefined;
  countOf?: (pair: PairCount) => number;
  /** The most rows; with more, only the busiest have one. */
  limit: number;
}

/** Messages from the row to the column, each number a link to them. */
export function Matrix({ pairs, span, selected, type, limit, countOf = ({ count }) => Number(count) }: Props) {
  const personFor = usePeople();
  const storms = useOpenStorms();
  const { ids, counts, most, all } = useMemo(() => {
    const counts = new Map<string, number>();
    const ends = new Map<string, number>();
    for (const pair of pairs) {
      const count = countOf(pair);
      if (count === 0) continue;
      const [from, to] = [pair.from ?? nobody, pair.to ?? nobody];
      for (const end of [from, to]) ends.set(end, (ends.get(end) ?? 0) + count);
      counts.set(`${from}\n${to}`, count);
    }
    const busiest = [...ends].sort((a, b) => b[1] - a[1]).slice(0, limit);
    return { ids: busiest.map(([id]) => id), counts, most: Math.max(1, ...counts.values()), all: ends.size };
  }, [pairs, countOf, limit]);
  const people = ids.map(personFor).sort((a, b) => a.name.localeCompare(b.name, 'en') || a.id.localeCompare(b.id, 'en'));
  const since = sinceOf(span, now());
  return (
    <div className="relative overflow-x-auto" tabIndex={0} role="group" aria-label="Who talks to whom, as a table">
      <table className="border-separate border-spacing-0.5 text-xs">
        <caption className="sr-only">Messages from the row to the column</caption>
        <thead>
          <tr>
            <td className="sticky left-0 bg-card" />
            {people.map((person) => (
              <th key={person.id} scope="col" className="h-7 min-w-8 font-normal" title={person.name}>
                <Tile person={person} size={20} />
                <span className="sr-only">to {person.name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((from) => (
            <tr key={from.id}>
              <th scope="row" className="sticky left-0 z-10 bg-card pr-2 text-left font-normal">
                <span className={clsx('flex items-center gap-2', from.id === selected && 'font-semibold')}>
                  <Tile person={from} size={18} />
                  <span className="said max-w-32 truncate" dir="auto">
                    {reveal(from.name)}
                  </span>
                </span>
              </th>
              {people.map((to) => {
                const count = counts.get(`${from.id}\n${to.id}`) ?? 0;
                const isStorm = storms.some(({ agents }) => from.id !== to.id && agents.includes(from.id) && agents.includes(to.id));
                return (
                  <td key={to.id} className="p-0 text-center">
                    <Cell
                      count={count}
                      share={Math.log(1 + count) / Math.log(1 + most)}
                      isStorm={isStorm}
                      label={`${number(count)} from ${from.name} to ${to.name}`}
                      query={from.id && to.id ? { sender: from.id, recipient: to.id, since, ...(type ? { type } : {}) } : undefined}
                    />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {all > ids.length && (
        <p className="sticky left-0 pt-1 text-xs text-foreground-2">
          The {ids.length} busiest of {number(all)}.
        </p>
      )}
    </div>
  );
}

interface CellProps {
  count: number;
  /** Of the fullest cell, by the logarithm. */
  share: number;
  isStorm: boolean;
  label: string;
  /** Not for those whom the statistics name by no id. */
  query: Record<string, string> | undefined;
}

function Cell({ count, share, isStorm, label, query }: CellProps) {
  const look = clsx('flex h-6 min-w-8 items-center justify-center rounded-sm px-1', isStorm && count > 0 && 'bg-bad-solid text-on-solid');
  if (count === 0) return <span className={clsx(look, 'bg-muted')} />;
  const ground = isStorm
    ? undefined
    : { background: `color-mix(in oklab, var(--busy-solid) ${Math.round(12 + 38 * share)}%, var(--card))` };
  const face = (
    <span className={clsx(look, !!query && 'hover:ring-1 hover:ring-accent')} style={ground}>
      {number(count)}
    </span>
  );
  return query ? (
    <ProjectLink to="messages" query={query} aria-label={label} title={label} className="block rounded-sm">
      {face}
    </ProjectLink>
  ) : (
    <span title={label}>{face}</span>
  );
}
