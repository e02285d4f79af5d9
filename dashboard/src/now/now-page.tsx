import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ArrowRight, CircleCheck } from 'lucide-react';
import { useMemo } from 'react';
import { ProjectLink } from '../app/link.tsx';
import { ComposeButton, PageHead } from '../app/page.tsx';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useRecent } from '../live/use-recent.ts';
import { useStats } from '../live/use-stats.ts';
import { AnswerBar } from '../questions/answer-bar.tsx';
import { useFleet, type Row } from '../fleet/use-fleet.ts';
import { clock, day, number, precise } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { FleetStrip } from './fleet-strip.tsx';
import { useAddressQuery } from '../app/query.ts';
import { ProblemItem } from './problem-item.tsx';
import { inWords } from './problems.ts';
import { Snoozed } from './snoozed.tsx';
import { useProblems, useSnoozed, useWaiting } from './use-problems.ts';
import { Talking } from './talking.tsx';
import { Waiting } from './waiting.tsx';

/** What needs a person, what is stuck, who works, and who talks: at a glance. */
export default function NowPage() {
  const { agents } = useLive();
  const now = useNow();
  const questions = useWaiting();
  const problems = useProblems();
  const snoozed = useSnoozed();
  const [query, change] = useAddressQuery();
  const isShown = query['snoozed'] !== undefined;
  const fleet = useFleet();
  const recent = useRecent();
  const isNew = agents.isLoaded && fleet.length === 0;
  return (
    <>
      <PageHead name="Now" count={`${day(now)}, ${clock(now)}`}>
        {(snoozed.length > 0 || isShown) && (
          <Button look="ghost" aria-pressed={isShown} onClick={() => change({ snoozed: isShown ? undefined : 'true' })}>
            Snoozed {number(snoozed.length)}
          </Button>
        )}
        <ComposeButton />
      </PageHead>
      <main id="main" className="min-h-0 flex-1 overflow-y-auto" tabIndex={0} aria-label="Now">
        <div className="mx-auto max-w-[1640px] px-4 py-5 xl:px-6">
          {!agents.isLoaded ? (
            <Skeleton rows={6} />
          ) : isNew ? (
            <Empty icon={<CircleCheck {...icon} size={24} />} title="No agent has come in yet">
              Start one, or let a small squad show you around. This page fills by itself.
              <Command>parley demo squad</Command>
            </Empty>
          ) : (
            <>
              <Sentence questions={questions.length} problems={problems.length} fleet={fleet} />
              <FleetStrip fleet={fleet} />
              <div className="mt-7 grid gap-x-8 gap-y-7 xl:grid-cols-[minmax(0,1fr)_minmax(0,25rem)]">
                <div className="min-w-0 space-y-7">
                  {questions.length > 0 && <Waiting questions={questions} />}
                  {problems.length > 0 && (
                    <section aria-label="Stuck">
                      <SectionHead name="Stuck" count={problems.length} aside="worst first" />
                      <ul className="divide-y rounded-lg border bg-card">
                        {problems.map((problem) => (
                          <ProblemItem key={problem.attention_id} item={problem} />
                        ))}
                      </ul>
                    </section>
                  )}
                  {isShown && <Snoozed items={snoozed} />}
                  {agents.isLoaded && questions.length + problems.length === 0 && <AllIsWell fleet={fleet} />}
                </div>
                <div className="min-w-0 space-y-7">
                  <Talking recent={recent} />
                  <Delivery />
                </div>
              </div>
            </>
          )}
        </div>
      </main>
      <AnswerBar />
    </>
  );
}

export function SectionHead({ name, count, aside, to }: { name: string; count?: number; aside?: string; to?: string }) {
  return (
    <h2 className="mb-2 flex items-center gap-2 text-xs">
      {name}
      {count !== undefined && <span className="text-foreground-2">{number(count)}</span>}
      <span className="flex-1" />
      {to ? (
        <ProjectLink to={to} className="inline-flex items-center gap-1 font-normal text-foreground-2 hover:text-foreground">
          {aside} <ArrowRight {...icon} size={14} />
        </ProjectLink>
      ) : (
        <span className="font-normal text-foreground-2">{aside}</span>
      )}
    </h2>
  );
}

/** First a sentence: numbers come with what they mean. */
function Sentence({ questions, problems, fleet }: { questions: number; problems: number; fleet: readonly Row[] }) {
  const working = fleet.filter(({ state }) => state.name === 'working').length;
  const waiting = fleet.filter(({ state }) => ['asks', 'held', 'blocked', 'stalled', 'error'].includes(state.name)).length;
  const asks = questions > 0 && (
    <span className="text-person">
      {inWords(questions)} {questions === 1 ? 'question waits' : 'questions wait'} for you
    </span>
  );
  const stuckWords = questions > 0 ? inWords(problems).toLowerCase() : inWords(problems);
  const stuck = problems > 0 && (
    <span className="text-bad">
      {stuckWords} {problems === 1 ? 'thing is' : 'things are'} stuck
    </span>
  );
  return (
    <p className="mb-5 text-xl font-medium text-foreground-2">
      {asks}
      {asks && stuck && ' and '}
      {stuck}
      {(asks || stuck) && '. '}
      {!asks && !stuck && <span className="text-foreground">Nothing waits for you, nothing is stuck. </span>}
      <span className="font-normal">
        {working} of {fleet.length} {fleet.length === 1 ? 'agent works' : 'agents work'}
        {waiting > 0 && `; ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for something below`}.
      </span>
    </p>
  );
}

function AllIsWell({ fleet }: { fleet: readonly Row[] }) {
  const working = fleet.filter(({ state }) => state.name === 'working').length;
  const idle = fleet.filter(({ state }) => state.name === 'idle' || state.name === 'connected').length;
  return (
    <section className="rounded-lg border bg-card px-6 py-12 text-center" aria-label="All is well">
      <CircleCheck {...icon} size={24} className="mx-auto text-good" />
      <p className="mt-3 text-base font-semibold">All is well</p>
      <p className="mt-1 text-foreground-2">
        {working} {working === 1 ? 'agent works' : 'agents work'}, {idle} {idle === 1 ? 'is' : 'are'} idle. No question is open, nobody is
        stalled or held, no letter is dead, no step failed, and no task is overdue.
      </p>
      <ProjectLink
        to="messages"
        className="mt-4 inline-flex h-7 items-center rounded-md border border-border-strong px-2.5 font-medium hover:bg-muted"
      >
        Watch messages
      </ProjectLink>
    </section>
  );
}

/** Four figures, each with what it means. */
function Delivery() {
  const { parley, project } = useLive();
  const { data } = useStats();
  const midnight = new Date(useNow()).setHours(0, 0, 0, 0);
  const { data: today } = useQuery({
    queryKey: ['stats-today', project, midnight],
    queryFn: () => parley.rest.get('/stats/messages', { query: { since: new Date(midnight).toISOString() } as never }),
    refetchInterval: 30_000,
  });
  const sums = useMemo(() => {
    const sum = { messages: 0, deliveries: 0, acknowledged: 0, dead: 0, expired: 0 };
    for (const item of today?.items ?? []) for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += Number(item[key] ?? 0);
    return sum;
  }, [today]);
  if (!data || !today) return null;
  const share = sums.deliveries === 0 ? null : (100 * sums.acknowledged) / sums.deliveries;
  const figures: [string, string, string][] = [
    ['Sent today', number(sums.messages), `${Number((data.messages.per_second ?? 0).toFixed(1))}/s now`],
    [
      'Read by an agent',
      share === null ? 'nothing yet' : `${share.toFixed(1)}\u00a0%`,
      `${number(sums.dead)} dead, ${number(sums.expired)} expired`,
    ],
    [
      'Send to acknowledgment',
      data.latency_ms.p50 === undefined || data.latency_ms.p50 === null ? 'nothing yet' : precise(data.latency_ms.p50),
      data.latency_ms.p95 === undefined || data.latency_ms.p95 === null ? '' : `95\u00a0% within ${precise(data.latency_ms.p95)}`,
    ],
    ['Waiting in mailboxes', number(data.mailboxes.queued ?? 0), `${number(data.mailboxes.in_flight ?? 0)} in hand`],
  ];
  return (
    <section aria-label="Delivery">
      <SectionHead name="Delivery" />
      <dl className="grid grid-cols-2 overflow-hidden rounded-lg border bg-card">
        {figures.map(([name, value, more], index) => (
          <div key={name} className={clsx('px-3 py-2.5', index % 2 === 0 && 'border-r', index < 2 && 'border-b')}>
            <dt className="text-xs text-foreground-2">{name}</dt>
            <dd>
              <span className="text-base font-medium">{value}</span>
              <span className="block text-2xs text-foreground-2">{more}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
