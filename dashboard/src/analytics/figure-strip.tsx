import clsx from 'clsx';
import type { ReactNode } from 'react';
import { ProjectLink } from '../app/link.tsx';
import type { Query } from '../app/router.tsx';
import { useStats } from '../live/use-stats.ts';
import { number, plural, precise, span as inWords } from '../parts/times.ts';
import type { Bar } from './bars.ts';
import { worstOf } from './health.ts';
import type { Analytics } from './use-analytics.ts';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly unit?: string | undefined;
  readonly more: ReactNode;
  readonly to?: { path: string; query?: Query };
}

const none = 'none yet';

interface Props {
  analytics: Analytics;
  /** Null where they are not of what the figures are of. */
  bars: readonly Bar[] | null;
  bucketWords: string;
  messages: Query;
  /** Whether the figures are of one agent or type. */
  isFiltered: boolean;
}

/** What matters most, each figure with what it means. */
export function FigureStrip({ analytics: { figures, waits, health }, bars, bucketWords, messages, isFiltered }: Props) {
  const { data: stats } = useStats();
  if (!figures || !stats) return <div className="mb-4 h-[5.5rem] rounded-lg border bg-card" />;
  const share = figures.deliveries ? (100 * (figures.acknowledged ?? 0)) / figures.deliveries : null;
  const busiest = bars && `${number(Math.max(0, ...bars.map(({ sum }) => sum)))} in the busiest ${bucketWords.replace('each ', '')}`;
  // It is known of the whole project only.
  const rate = !isFiltered && `${Number((stats.messages.per_second ?? 0).toFixed(1))}/s now`;
  const { p50, p95, p99 } = stats.latency_ms;
  const { online = 0, total = 0, busy = 0 } = stats.agents;
  const list: (Figure | false | null)[] = [
    health && {
      name: 'Health',
      value: String(Math.round(health.score)),
      unit: 'of 100',
      more: worstOf(health.parts),
    },
    {
      name: 'Sent',
      value: number(figures.sent),
      more: [rate, busiest].filter(Boolean).join(', '),
      to: { path: 'messages', query: messages },
    },
    figures.deliveries !== null && {
      name: 'Acknowledged',
      value: share === null ? none : `${share.toFixed(1)}\u00a0%`,
      more:
        figures.dead === null ? (
          `${number(figures.acknowledged ?? 0)} of ${number(figures.deliveries ?? 0)} received`
        ) : (
          <>
            <ProjectLink to="dead-letters" className="hover:underline">
              <span className={figures.dead > 0 ? 'text-bad' : ''}>{number(figures.dead)} dead</span>
            </ProjectLink>
            , {number(figures.expired ?? 0)} expired
          </>
        ),
    },
    !isFiltered && p50 != null
      ? {
          name: 'To acknowledgment',
          value: precise(p50),
          unit: 'p50',
          more: `p95 ${precise(p95 ?? p50)}, p99 ${precise(p99 ?? p95 ?? p50)}, last 5\u00a0min`,
        }
      : figures.deliveries !== null && {
          name: 'To acknowledgment',
          value: figures.ackMs === null ? none : precise(figures.ackMs),
          unit: figures.ackMs === null ? undefined : 'on average',
          more: 'since they were queued',
        },
    {
      name: 'Agents there',
      value: `${number(online)}`,
      unit: `of ${number(total)} now`,
      more: `${number(busy)} busy`,
      to: { path: 'fleet' },
    },
    waits
      ? {
          name: 'Waits for a person',
          value: waits.mean === null ? none : inWords(waits.mean),
          unit: waits.mean === null ? undefined : 'on average',
          more: `${plural(waits.asked, 'question')} asked, ${number(waits.answered)} answered`,
          to: { path: 'questions' },
        }
      : null,
  ];
  const shown = list.filter((figure) => !!figure);
  return (
    <dl
      className={clsx(
        'mb-4 grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border md:grid-cols-3',
        { 3: 'xl:grid-cols-3', 4: 'xl:grid-cols-4', 5: 'xl:grid-cols-5' }[shown.length] ?? 'xl:grid-cols-6',
      )}
    >
      {shown.map(({ name, value, unit, more, to }) => (
        <div key={name} className="min-w-0 bg-card px-3.5 py-2.5">
          <dt className="text-xs text-foreground-2">{name}</dt>
          <dd>
            <span className="text-xl font-medium">
              {to ? (
                <ProjectLink to={to.path} query={to.query ?? {}} className="hover:underline">
                  {value}
                </ProjectLink>
              ) : (
                value
              )}
            </span>
            {unit && <span className="text-xs text-foreground-2"> {unit}</span>}
            <span className="block text-2xs text-foreground-2 md:truncate">{more}</span>
          </dd>
        </div>
      ))}
      {shown.length % 2 > 0 && <div aria-hidden="true" className="bg-card md:hidden" />}
      {shown.length % 3 > 0 && (
        <div aria-hidden="true" className={clsx('hidden bg-card md:block xl:hidden', shown.length % 3 === 1 && 'col-span-2')} />
      )}
    </dl>
  );
}
