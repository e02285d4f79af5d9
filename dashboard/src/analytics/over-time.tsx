import { useRouter, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { useGo } from '../app/query.ts';
import type { Query } from '../app/router.tsx';
import type { Span } from '../parts/spans.ts';
import { clock, day, number, precise } from '../parts/times.ts';
import { sharesOf, typeGroups, type Bar, type Point } from './bars.ts';
import { Card, cell, Legend, Numbers, rowHead } from './card.tsx';

// Recharts is as large as all the rest of the page.
const VolumeChart = lazy(() => import('./charts.tsx').then(({ VolumeChart }) => ({ default: VolumeChart })));
const TimesChart = lazy(() => import('./charts.tsx').then(({ TimesChart }) => ({ default: TimesChart })));
const space = <div className="h-56" />;

interface VolumeProps {
  bars: readonly Bar[];
  span: Span;
  /** What all messages behind the chart have in common. */
  filter: Query;
  more?: string | undefined;
}

export function Volume({ bars, span, filter, more }: VolumeProps) {
  const go = useGo();
  const router = useRouter();
  const { project } = useParams({ strict: false }) as { project: string };
  const shares = sharesOf(bars);
  const isEmpty = bars.every(({ sum }) => sum === 0);
  const queryOf = ({ at, types }: Bar, group?: string): Query => ({
    ...filter,
    ...(group === undefined ? {} : { type: types[group]!.join() }),
    since: new Date(at).toISOString(),
    until: new Date(at + span.bucketLength).toISOString(),
  });
  const hrefOf = (bar: Bar, group: string) =>
    router.buildLocation({ to: `/p/${encodeURIComponent(project)}/messages`, search: queryOf(bar, group) } as never).href;
  return (
    <Card
      name="Messages by type"
      more={[span.bucketWords, more].filter(Boolean).join(', ')}
      className="xl:col-span-5"
      legend={typeGroups.map(({ key, name, color }) => (
        <Legend key={key} color={color} name={name} more={`${Math.round(100 * shares[key]!)}\u00a0%`} />
      ))}
      table={
        <Numbers label="Messages by type" columns={['From', ...typeGroups.map(({ name }) => name), 'All']} isLong>
          {bars
            .filter(({ sum }) => sum > 0)
            .map((bar) => (
              <tr key={bar.at} className="border-t">
                <th scope="row" className={rowHead}>
                  {day(bar.at)}, {clock(bar.at)}
                </th>
                {typeGroups.map(({ key, name }) => (
                  <td key={key} className={cell}>
                    {bar.counts[key] ? (
                      <ProjectLink to="messages" query={queryOf(bar, key)} className="hover:underline" title={`${name}, ${clock(bar.at)}`}>
                        {number(bar.counts[key])}
                      </ProjectLink>
                    ) : (
                      0
                    )}
                  </td>
                ))}
                <td className={cell}>
                  <ProjectLink to="messages" query={queryOf(bar)} className="hover:underline">
                    {number(bar.sum)}
                  </ProjectLink>
                </td>
              </tr>
            ))}
        </Numbers>
      }
    >
      {isEmpty ? (
        <p className="flex h-56 items-center justify-center text-foreground-2">No message was sent {span.words}.</p>
      ) : (
        <Suspense fallback={space}>
          <VolumeChart bars={bars} hrefOf={hrefOf} onGo={(bar, group) => go('messages', queryOf(bar, group))} />
        </Suspense>
      )}
    </Card>
  );
}

const median = { key: 'p50', name: 'p50', color: 'var(--chart-1)' };
const slow = { key: 'p95', name: 'p95', color: 'var(--chart-4)' };
const mean = { key: 'mean', name: 'mean', color: 'var(--chart-1)' };

/** From send to acknowledgment: median and slowest twentieth where the server keeps them, the mean where not. */
export function Latency({ points, span, more }: { points: readonly Point[]; span: Span; more?: string | undefined }) {
  const series = points.some(({ latency_ms }) => latency_ms) ? [median, slow] : [mean];
  const rows = points.map(({ at, latency_ms, ack_ms }) => ({
    at: Date.parse(at),
    p50: latency_ms?.p50 ?? null,
    p95: latency_ms?.p95 ?? null,
    mean: ack_ms,
  }));
  const known = rows.filter((row) => series.some(({ key }) => row[key as 'p50'] !== null));
  return (
    <Card
      name="Send to acknowledgment"
      more={more}
      className="xl:col-span-3"
      legend={series.map(({ key, name, color }) => (
        <Legend key={key} color={color} name={name} />
      ))}
      table={
        <Numbers
          label="Send to acknowledgment"
          columns={['From', ...series.map(({ name }) => name), 'Acknowledged', 'Dead', 'Expired']}
          isLong
        >
          {points.map(({ acknowledged, dead, expired }, index) => {
            const row = rows[index]!;
            if (acknowledged + dead + expired === 0) return null;
            return (
              <tr key={row.at} className="border-t">
                <th scope="row" className={rowHead}>
                  {day(row.at)}, {clock(row.at)}
                </th>
                {series.map(({ key }) => {
                  const value = row[key as 'p50'];
                  return (
                    <td key={key} className={cell}>
                      {value === null ? 'none' : precise(value)}
                    </td>
                  );
                })}
                <td className={cell}>{number(acknowledged)}</td>
                <td className={dead > 0 ? `${cell} text-bad` : cell}>{number(dead)}</td>
                <td className={cell}>{number(expired)}</td>
              </tr>
            );
          })}
        </Numbers>
      }
    >
      {known.length === 0 ? (
        <p className="flex h-56 items-center justify-center text-foreground-2">Nothing was acknowledged {span.words}.</p>
      ) : (
        <Suspense fallback={space}>
          <TimesChart rows={rows} series={series} />
        </Suspense>
      )}
    </Card>
  );
}
