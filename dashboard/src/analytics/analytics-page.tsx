import { ChartNoAxesColumn, Download } from 'lucide-react';
import { useMemo } from 'react';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { PairCount } from '../live/types.ts';
import { Matrix } from '../parts/matrix.tsx';
import { sinceOf, spanOf, spans } from '../parts/spans.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Actions, Choose } from '../ui/menu.tsx';
import { Problem } from '../ui/problem.tsx';
import { Segments } from '../ui/segments.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { barsOf } from './bars.ts';
import { Card } from './card.tsx';
import { downloadsOf } from './downloads.ts';
import { FigureStrip } from './figure-strip.tsx';
import { Latency, Volume } from './over-time.tsx';
import { Agents, HealthParts, Routing, Types } from './tables.tsx';
import { useAnalytics } from './use-analytics.ts';
import { ProjectLink } from '../app/link.tsx';

const choices = ['1h', '6h', '24h', '7d'] as const;
const every = { value: '', label: '' };

/** What was sent, how it was received, and by whom. */
export default function AnalyticsPage() {
  const [query, change] = useAddressQuery();
  const key = spanOf(query['range'], choices, '6h');
  const span = spans[key];
  const { agent, type } = query;
  const { project, agents } = useLive();
  const fleet = useThings(agents);
  const analytics = useAnalytics(key, agent, type);
  const { timeline, counts } = analytics;
  const bars = useMemo(() => barsOf(timeline.points ?? [], type), [timeline.points, type]);
  const since = sinceOf(key, now());
  const error = counts.error ?? timeline.error;
  const isLoaded = counts.data && timeline.points;
  const pairs = useMemo(
    () => (counts.data?.pairs ?? []).filter(({ from, to }) => !agent || from === agent || to === agent),
    [counts.data, agent],
  );
  const countOf = useMemo(() => (type ? (pair: PairCount) => Number(pair.by_type[type] ?? 0) : undefined), [type]);
  const names = [...fleet].sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const filter = { ...(agent ? { sender: agent } : {}), ...(type ? { type } : {}) };
  const types = [...new Set([...(counts.data?.types ?? []).map(({ message_type }) => message_type), ...(type ? [type] : [])])].sort();

  return (
    <>
      <PageHead
        name="Analytics"
        views={
          <div className="flex flex-wrap items-center gap-1">
            <Segments
              label="Time"
              value={key}
              choices={choices.map((value) => ({ value, label: spans[value].label }))}
              onChange={(range) => change({ range: range === '6h' ? undefined : range })}
            />
            <Choose
              label="Agent"
              value={agent ?? ''}
              choices={[{ ...every, label: 'All agents' }, ...names.map(({ agent_id, name }) => ({ value: agent_id, label: name }))]}
              onChange={(value) => change({ agent: value || undefined })}
            />
            <Choose
              label="Type"
              value={type ?? ''}
              choices={[{ ...every, label: 'All types' }, ...types.map((value) => ({ value, label: value }))]}
              onChange={(value) => change({ type: value || undefined })}
            />
          </div>
        }
      >
        {isLoaded && (
          <Actions
            trigger={
              <Button look="ghost" icon={<Download {...icon} size={14} />}>
                Export
              </Button>
            }
            actions={downloadsOf({ project, range: key, since, points: timeline.points!, counts: counts.data!, health: analytics.health })}
          />
        )}
      </PageHead>
      <main id="main" className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} aria-label="Analytics">
        <div className="relative mx-auto max-w-[1640px] p-4 md:p-6">
          {error && <Problem error={error} onRetry={() => void counts.refetch()} />}
          {!isLoaded && !error && <Skeleton />}
          {isLoaded && fleet.length === 0 && counts.data!.types.length === 0 && (
            <Empty icon={<ChartNoAxesColumn {...icon} size={24} />} title="Nothing was sent yet">
              Numbers appear here as soon as agents talk.
              <Command>parley demo squad</Command>
            </Empty>
          )}
          {isLoaded && (fleet.length > 0 || counts.data!.types.length > 0) && (
            <>
              <FigureStrip
                analytics={analytics}
                bars={agent && !timeline.isFiltered ? null : bars}
                bucketWords={span.bucketWords}
                messages={{ ...filter, since }}
                isFiltered={!!agent || !!type}
              />
              <div className="grid gap-4 xl:grid-cols-8">
                <Volume bars={bars} span={span} filter={filter} more={agent && !timeline.isFiltered ? 'of all agents' : undefined} />
                <Latency
                  points={timeline.points!}
                  span={span}
                  more={
                    timeline.isFiltered
                      ? undefined
                      : [agent && 'of all agents', type && 'of all types'].filter(Boolean).join(', ') || undefined
                  }
                />
                <Card
                  name="Who talks to whom"
                  more={`messages from the row to the column${agent ? ', with this agent' : ''}`}
                  className="xl:col-span-4"
                >
                  {pairs.length === 0 ? (
                    <p className="text-foreground-2">Nobody talked {span.words}.</p>
                  ) : (
                    <Matrix pairs={pairs} span={key} selected={agent} type={type} limit={14} {...(countOf ? { countOf } : {})} />
                  )}
                  <ProjectLink to="map" query={{ range: 'today' }} className="mt-2 self-start text-xs text-foreground-2 hover:underline">
                    See it as a graph
                  </ProjectLink>
                </Card>
                <Agents
                  rows={agent ? counts.data!.agents.filter(({ agent_id }) => agent_id === agent) : counts.data!.agents}
                  since={since}
                />
                <Types
                  rows={type ? counts.data!.types.filter(({ message_type }) => message_type === type) : counts.data!.types}
                  since={since}
                  more={agent ? 'what became of them, of all agents' : 'what became of them'}
                />
                <Routing />
                {analytics.health && <HealthParts health={analytics.health} />}
              </div>
            </>
          )}
        </div>
      </main>
    </>
  );
}
