import clsx from 'clsx';
import { Play } from 'lucide-react';
import { useMemo } from 'react';
import { useKeys } from '../app/keys.ts';
import { ProjectLink } from '../app/link.tsx';
import { PageHead } from '../app/page.tsx';
import { useAddressQuery } from '../app/query.ts';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { Execution } from '../live/types.ts';
import { Ago, At } from '../parts/ago.tsx';
import { firstLine } from '../parts/text/parse.ts';
import { exact, number, span } from '../parts/times.ts';
import { Button } from '../ui/button.tsx';
import { Command, Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { Choose } from '../ui/menu.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { executionStatuses, isOver, StandingSign } from './status.tsx';
import { useExecutions, useMessageCounts } from './use-executions.ts';

const spans: Record<string, { word: string; hours: number }> = {
  '24h': { word: 'Last 24 hours', hours: 24 },
  '7d': { word: 'Last 7 days', hours: 168 },
  '30d': { word: 'Last 30 days', hours: 720 },
};
const columns =
  'grid grid-cols-[minmax(0,1fr)_7.5rem_4rem] md:grid-cols-[minmax(0,1fr)_8rem_9rem_4.5rem] @min-[900px]:grid-cols-[minmax(0,1fr)_8rem_10rem_10rem_9rem_5rem_5.5rem] items-center gap-x-3 px-4';
const wide = 'hidden @min-[900px]:block';

/** All runs of pieces of work, the newest first. */
export default function ExecutionsPage() {
  const [query, change] = useAddressQuery();
  const status = query['status'] && query['status'] in executionStatuses ? query['status'] : undefined;
  const since = query['since'] && query['since'] in spans ? query['since'] : undefined;
  const { squads } = useLive();
  const known = useThings(squads);
  const { data, error, refetch, isPending, hasNextPage, fetchNextPage } = useExecutions({ status, squad: query['squad'] });
  const all = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  const shown = useMemo(
    () => (since ? all.filter(({ created_at }) => Date.parse(created_at) >= now() - spans[since]!.hours * 3_600_000) : all),
    [all, since],
  );
  const counts = useMessageCounts();
  const hasFilter = !!(status ?? query['squad'] ?? since);
  const clear = () => change({ status: undefined, squad: undefined, since: undefined });
  const running = shown.filter((one) => !isOver(one.status)).length;
  const move = useRows(shown.length);
  useKeys({ j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1) });

  return (
    <>
      <PageHead name="Executions" count={data && `${number(running)} running, ${number(shown.length)}${hasNextPage ? '+' : ''} in all`} />
      <div className="relative flex min-h-12 shrink-0 items-center gap-2 overflow-x-auto border-b bg-card px-4">
        <Choose
          label="Status"
          value={status ?? ''}
          choices={[
            { value: '', label: 'Any status' },
            ...Object.entries(executionStatuses).map(([value, { word }]) => ({ value, label: word })),
          ]}
          onChange={(value) => change({ status: value || undefined })}
          className="border border-border-strong"
        />
        <Choose
          label="Squad"
          value={query['squad'] ?? ''}
          choices={[{ value: '', label: 'Any squad' }, ...known.map(({ squad_id, name }) => ({ value: squad_id, label: name }))]}
          onChange={(value) => change({ squad: value || undefined })}
          className="border border-border-strong"
        />
        <Choose
          label="Begun"
          value={since ?? ''}
          choices={[{ value: '', label: 'Any time' }, ...Object.entries(spans).map(([value, { word }]) => ({ value, label: word }))]}
          onChange={(value) => change({ since: value || undefined })}
          className="border border-border-strong"
        />
      </div>
      <main id="main" className="@container min-h-0 flex-1 overflow-y-auto bg-card" tabIndex={0} aria-label="Executions">
        {error && <Problem error={error} onRetry={() => void refetch()} />}
        {isPending && <Skeleton />}
        {data && shown.length === 0 && (hasFilter ? <NoMatch onClear={clear} /> : <NoneYet />)}
        {shown.length > 0 && (
          <div role="table" aria-label="Executions" aria-rowcount={shown.length + 1}>
            <div role="row" className={clsx(columns, 'sticky top-0 z-10 h-8 border-b bg-card text-xs text-foreground-2')}>
              <span role="columnheader">Title</span>
              <span role="columnheader">Status</span>
              <span role="columnheader" className="hidden md:block">
                Progress
              </span>
              <span role="columnheader" className={wide}>
                Phase
              </span>
              <span role="columnheader" className={wide}>
                Squad
              </span>
              <span role="columnheader" className="text-right">
                Age
              </span>
              <span role="columnheader" className={clsx(wide, 'text-right')}>
                Messages
              </span>
            </div>
            {shown.map((execution) => (
              <Row key={execution.execution_id} execution={execution} messages={counts.get(execution.execution_id)} />
            ))}
          </div>
        )}
        {hasNextPage && (
          <Button look="ghost" className="m-3" onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        )}
      </main>
    </>
  );
}

/** Moves the focus among the rows. */
function useRows(count: number): (by: number) => void {
  return (by) => {
    const rows = [...document.querySelectorAll<HTMLElement>('#main [role=row] a')];
    const current = rows.indexOf(document.activeElement as HTMLElement);
    rows[Math.min(count - 1, Math.max(0, current + by))]?.focus();
  };
}

function Row({ execution, messages }: { execution: Execution; messages: number | undefined }) {
  const { execution_id, title, status, progress, current_phase, squad_id, created_at, ended_at, error } = execution;
  const { squads } = useLive();
  const squad = squad_id && (squads.get(squad_id)?.name ?? squad_id);
  const { standing, word } = executionStatuses[status];
  return (
    <div role="row" className={clsx(columns, 'relative min-h-[46px] border-b py-1 hover:bg-muted')}>
      <span role="cell" className="min-w-0">
        <ProjectLink
          to={`executions/${execution_id}`}
          className="said block truncate font-medium outline-offset-4 after:absolute after:inset-0"
        >
          {firstLine(title ?? 'Without a title', 160)}
        </ProjectLink>
        <span className={clsx('said block truncate text-xs', error ? 'text-bad' : 'text-foreground-2')}>
          {error ? firstLine(error, 160) : (squad && <span className="@min-[900px]:hidden">{squad}</span>) || null}
        </span>
      </span>
      <span role="cell" className="flex">
        <StandingSign standing={standing} word={word} />
      </span>
      <span role="cell" className="hidden items-center gap-2 md:flex">
        <Progress percent={progress} isDone={status === 'completed'} />
      </span>
      <span role="cell" className={clsx(wide, 'said truncate text-foreground-2')}>
        {current_phase && firstLine(current_phase, 60)}
      </span>
      <span role="cell" className={clsx(wide, 'said truncate text-foreground-2')}>
        {squad}
      </span>
      <span role="cell" className="text-right text-xs text-foreground-2">
        {ended_at ? (
          <span title={`${exact(Date.parse(created_at))}, took ${span(Date.parse(ended_at) - Date.parse(created_at))}`}>
            <At time={created_at} />
          </span>
        ) : (
          <Ago time={created_at} />
        )}
      </span>
      <span role="cell" className={clsx(wide, 'text-right text-foreground-2')}>
        {messages !== undefined && number(messages)}
      </span>
    </div>
  );
}

export function Progress({ percent, isDone }: { percent: number; isDone: boolean }) {
  return (
    <>
      <span className="h-1.5 w-20 overflow-hidden rounded-full bg-secondary" aria-hidden="true">
        <span className={clsx('block h-full', isDone ? 'bg-good-solid' : 'bg-busy-solid')} style={{ width: `${percent}%` }} />
      </span>
      <span className="text-xs text-foreground-2">{percent} %</span>
    </>
  );
}

function NoneYet() {
  return (
    <Empty icon={<Play {...icon} size={24} />} title="No execution yet">
      An execution is one run of a piece of work. Each run of a workflow is one, and an agent can begin one itself.
      <Command>{'parley executions start --title "Login page"'}</Command>
    </Empty>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Empty icon={<Play {...icon} size={24} />} title="No execution matches" action={<Button onClick={onClear}>Clear the filters</Button>}>
      Try another status, squad, or time.
    </Empty>
  );
}
