import clsx from 'clsx';
import { Waypoints } from 'lucide-react';
import { useMemo } from 'react';
import { useKeys } from '../app/keys.ts';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { Matrix } from '../parts/matrix.tsx';
import { usePairs } from '../parts/pairs.ts';
import { spanOf, spans } from '../parts/spans.ts';
import { talksOf } from '../parts/talks.ts';
import { number, plural } from '../parts/times.ts';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Problem } from '../ui/problem.tsx';
import { Segments } from '../ui/segments.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { RingView, type Node } from './ring-view.tsx';
import { useGraph } from './use-graph.ts';
import { Words } from './words.tsx';

const choices = ['15m', '1h', 'today'] as const;
const views = [
  { value: 'graph', label: 'Graph' },
  { value: 'matrix', label: 'Matrix' },
] as const;

/** Who talks to whom, and how much. */
export default function MapPage() {
  const [query, change] = useAddressQuery();
  const span = spanOf(query['range'], choices, '1h');
  const view = query['view'] === 'matrix' ? 'matrix' : 'graph';
  const selected = query['agent'];
  const { agents, squads } = useLive();
  const { data: pairs, error, isPending, refetch } = usePairs(span);
  const talks = useMemo(() => talksOf(pairs ?? []), [pairs]);
  const graph = useGraph(talks, selected, query['squad']);
  const isLoaded = agents.isLoaded && squads.isLoaded && !isPending;
  const count = graph.groups.reduce((sum, { members }) => sum + members.length, 0);
  const select = ({ id, members }: Node) =>
    members === undefined
      ? change({ agent: id === selected ? undefined : id })
      : change({ squad: id.slice('squad:'.length), agent: undefined });
  useKeys({ ...(selected ? { Escape: () => change({ agent: undefined }) } : {}) });

  return (
    <>
      <PageHead
        name="Who talks"
        count={isLoaded && `${plural(count, 'agent')}, ${plural(talks.length, 'pair')}`}
        views={
          <Segments
            label="Time"
            value={span}
            choices={choices.map((value) => ({ value, label: spans[value].label }))}
            onChange={(range) => change({ range: range === '1h' ? undefined : range })}
          />
        }
      >
        <Segments
          label="View"
          isView
          value={view}
          choices={views}
          onChange={(next) => change({ view: next === 'graph' ? undefined : next })}
        />
      </PageHead>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto lg:flex-row lg:overflow-hidden">
        <main
          id="main"
          aria-label="Who talks"
          className={clsx('relative min-w-0 bg-card lg:min-h-0 lg:flex-1', view === 'matrix' ? 'lg:overflow-y-auto' : 'shrink-0')}
          tabIndex={0}
        >
          {error && <Problem error={error} onRetry={() => void refetch()} />}
          {!isLoaded && !error && <Skeleton />}
          {isLoaded && count === 0 && (
            <Empty icon={<Waypoints {...icon} size={24} />} title="No agent has come in yet">
              Start one, or let a small squad show you around. Who talks to whom appears here by itself.
              <Command>parley demo squad</Command>
            </Empty>
          )}
          {isLoaded && count > 0 && view === 'matrix' && (
            <div className="p-4">
              {talks.length === 0 ? (
                <Quiet words={spans[span].words} />
              ) : (
                <Matrix pairs={pairs!} span={span} selected={selected} limit={60} />
              )}
            </div>
          )}
          {isLoaded && count > 0 && view === 'graph' && (
            <div className="hidden h-[36rem] flex-col md:flex lg:h-full">
              <div className="min-h-0 flex-1">
                <RingView {...graph} selected={selected} onSelect={select} />
              </div>
              <p className="px-4 pb-3 text-xs text-foreground-2">
                Thickness: messages {spans[span].words}. Dashed: with people and Parley. Red: held as a storm.
              </p>
            </div>
          )}
        </main>
        {isLoaded && count > 0 && (
          <Words
            graph={graph}
            talks={talks}
            span={span}
            selected={selected}
            onSelect={(id) => change({ agent: id })}
            onSquad={(id) => change({ squad: id, agent: undefined })}
            openSquad={query['squad']}
          />
        )}
      </div>
    </>
  );
}

function Quiet({ words }: { words: string }) {
  return (
    <Empty icon={<Waypoints {...icon} size={24} />} title={`Nobody talked ${words}`}>
      Choose a longer time above. {number(0)} messages were counted in this one.
    </Empty>
  );
}
